import { lazy, Suspense } from 'react';
import { go, useApp } from './app-state.ts';
import { ErrorNotice } from './components/notice.tsx';
import { Frame } from './features/frame/frame.tsx';
import { Login } from './features/login/login.tsx';
import { Switching } from './features/training/training.tsx';

// What is not needed for a usable login loads after it.
const Activation = lazy(() => import('./features/activation/activation.tsx'));
const ScannerEar = lazy(() => import('./features/desk/scanner-ear.tsx'));
const Desk = lazy(() => import('./features/desk/desk.tsx'));
const Outbox = lazy(() => import('./features/outbox/outbox.tsx'));
const Supervisor = lazy(() => import('./features/supervisor/supervisor.tsx'));
const Checkup = lazy(() => import('./features/checkup/checkup.tsx'));
const Accounts = lazy(() => import('./features/accounts/accounts.tsx'));
const Audit = lazy(() => import('./features/audit/audit.tsx'));
const Progress = lazy(() => import('./features/progress/progress.tsx'));
const Day = lazy(() => import('./features/day/day.tsx'));
const Schedule = lazy(() => import('./features/schedule/schedule.tsx'));
const Outages = lazy(() => import('./features/outages/outages.tsx'));
const Review = lazy(() => import('./features/review/review.tsx'));
const Settings = lazy(() => import('./features/settings/settings.tsx'));
const Password = lazy(() => import('./features/accounts/password.tsx'));
const Takeover = lazy(() => import('./features/takeover/takeover.tsx'));
const Help = lazy(() => import('./features/help/help.tsx'));

function CurrentScreen() {
  const { info, loginAhead, failed, person, screen, switching } = useApp((state) => state);
  if (failed !== null) return <ErrorNotice error={failed} onRetry={() => window.location.reload()} />;
  // The same login before and after the station has told of itself: what is typed stays.
  if (info === null) return loginAhead ? <Login info={null} /> : null;
  if (!info.activated) return <Activation info={info} />;
  if (person === null) return <Login info={info} />;
  if (person.mustChange) return <Password />;
  if (switching !== null) return <Switching to={switching} />;
  switch (screen) {
    case 'desk':
      return <Desk />;
    case 'outbox':
      return <Outbox />;
    case 'supervisor':
      return <Supervisor />;
    case 'checkup':
      return <Checkup />;
    case 'accounts':
      return <Accounts />;
    case 'audit':
      return <Audit />;
    case 'progress':
      return <Progress />;
    case 'day':
      return <Day />;
    case 'schedule':
      return <Schedule />;
    case 'outages':
      return <Outages />;
    case 'review':
      return <Review />;
    case 'settings':
      return <Settings />;
    case 'password':
      return <Password />;
    case 'takeover':
      return <Takeover onBack={() => go('supervisor')} />;
    case 'help':
      return <Help />;
  }
}

export function App() {
  const isAtWork = useApp((state) => state.person !== null && !state.person.mustChange);
  return (
    <Frame>
      <Suspense fallback={null}>
        <CurrentScreen />
      </Suspense>
      <Suspense fallback={null}>{isAtWork && <ScannerEar />} </Suspense>
    </Frame>
  );
}
