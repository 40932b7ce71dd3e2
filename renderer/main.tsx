import './theme/styles.ts';
import { MantineProvider, type MantineColorSchemeManager } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { readFirstPicture, type FirstPicture } from '../app/ipc/first-picture.ts';
import { App } from './app.tsx';
import { painted } from './after-paint.ts';
import { expectLogin, loadApp, setTheme } from './app-state.ts';
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
  await startI18n();
  const picture = firstPicture();
  // Asked before anything is drawn: the answer takes longer.
  const loaded = loadApp();
  if (picture === null) {
    const { language, theme: appearance } = await loaded;
    if (language !== 'id') await changeLanguage(language);
    draw(stationColorScheme(appearance, setTheme));
  } else {
    // Main opens the database meanwhile, which takes a second core as long as this takes the first.
    expectLogin();
    if (picture.language !== 'id') await changeLanguage(picture.language);
    const scheme = stationColorScheme(picture.theme, setTheme);
    draw(scheme);
    const { language, theme: appearance } = await loaded;
    if (language !== picture.language) await changeLanguage(language);
    scheme.learn(appearance);
  }
  startStatus();
  void startBattery();
  void painted().then(() => answer(station.station.shown()));
}

function draw(scheme: MantineColorSchemeManager): void {
  const container = document.getElementById('root');
  if (container === null) throw new Error('index.html has no root');
  stopRepeatedEnter();
  keepFocus();
  createRoot(container).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme={scheme.get('auto')}
        colorSchemeManager={scheme}
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
}

function firstPicture(): FirstPicture | null {
  const head = document.querySelector<HTMLMetaElement>('meta[name="first-picture"]');
  return head === null ? null : readFirstPicture(head.content);
}

void start();
