import './theme/styles.ts';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { painted } from './after-paint.ts';
import { loadApp, setTheme } from './app-state.ts';
import { startBattery } from './battery.ts';
import { Announcer } from './components/announcer.tsx';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { keepFocus } from './components/keep-focus.ts';
import { stopRepeatedEnter } from './components/keys.ts';
import { changeLanguage, startI18n } from './i18n/index.ts';
import { queries } from './query.ts';
import { answer, station } from './station.ts';
import { startStatus } from './status.ts';
import { stationColorScheme, styleNonce, theme, variables } from './theme/theme.ts';

// In a function, not while this module loads: what is loaded on the way to the desk imports from the same file, and would
// wait for it to end.
async function start(): Promise<void> {
  const container = document.getElementById('root');
  if (container === null) throw new Error('index.html has no root');

  await startI18n();
  const { language, theme: appearance } = await loadApp();
  if (language !== 'id') await changeLanguage(language);
  startStatus();
  void startBattery();
  stopRepeatedEnter();
  keepFocus();

  createRoot(container).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme={appearance}
        colorSchemeManager={stationColorScheme(appearance, setTheme)}
        getStyleNonce={styleNonce}
        cssVariablesResolver={variables}
      >
        <QueryClientProvider client={queries}>
          <ErrorBoundary>
            <App />
            <Announcer />
          </ErrorBoundary>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
  void painted().then(() => answer(station.station.shown()));
}

void start();
