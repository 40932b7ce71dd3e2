import { USUAL_REVIEW } from '../../../app/desk/review.ts';
import { rangeOf, type NumberSetting } from '../../../app/desk/settings.ts';
import type { SettingsView } from '../../../app/ipc/settings.ts';
import { go } from '../../app-state.ts';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { useWords } from '../../i18n/words.ts';
import { shapeOf } from '../../station.ts';
import { AutostartRow } from './autostart.tsx';
import { AccountsRow, CalendarRow, CapacityRow, LanguageRow, MirrorRow } from './elsewhere.tsx';
import { LimitsRow } from './limits.tsx';
import { NumberForm } from './number-form.tsx';
import { OrderForm } from './order-form.tsx';
import { ReviewForm } from './review-form.tsx';
import { Row } from './row.tsx';
import classes from './settings.module.css';
import { useSettings } from './use-settings.ts';
import { numberText, orderText } from './words.ts';

function NumberRow({ setting, settings }: { setting: NumberSetting; settings: SettingsView }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const { center, own, inForce, changes } = settings;
  const mine = own[setting];
  const { min, max } = rangeOf(setting, center);
  const isFree = min < max || mine !== null;
  return (
    <Row
      setting={setting}
      value={numberText(setting, inForce[setting], vocabulary)}
      standard={
        isFree
          ? { value: numberText(setting, center[setting], vocabulary), byCenter: true }
          : t('settings/centerOnly')
      }
      note={
        mine === null || mine === inForce[setting]
          ? null
          : t('settings/overruled', { value: numberText(setting, mine, vocabulary) })
      }
      changes={changes}
      {...(isFree
        ? {
            editor: (close: () => void) => (
              <NumberForm setting={setting} settings={settings} onClose={close} />
            ),
          }
        : {})}
    />
  );
}

function OrderRow({ settings }: { settings: SettingsView }) {
  const vocabulary = useWords();
  const { center, inForce, changes } = settings;
  return (
    <Row
      setting="stepOrder"
      value={orderText(inForce.stepOrder, vocabulary)}
      standard={{ value: orderText(center.stepOrder, vocabulary), byCenter: true }}
      changes={changes}
      editor={(close) => <OrderForm settings={settings} onClose={close} />}
    />
  );
}

function ReviewRow({ settings: { review, changes } }: { settings: SettingsView }) {
  const { t } = useWords();
  return (
    <Row
      setting="review"
      value={t(`settings/review_${review}`)}
      note={t(`settings/reviewAbout_${review}`)}
      standard={{ value: t(`settings/review_${USUAL_REVIEW}`) }}
      changes={changes}
      editor={(close) => <ReviewForm review={review} onClose={close} />}
    />
  );
}

function Group({
  name,
  children,
}: {
  name: 'record' | 'keep' | 'send' | 'office';
  children: React.ReactNode;
}) {
  const { t } = useWords();
  return (
    <section aria-labelledby={`settings-${name}`}>
      <h2 id={`settings-${name}`} className={classes['group']}>
        {t(`settings/group_${name}`)}
      </h2>
      <ul className={classes['list']}>{children}</ul>
    </section>
  );
}

/** Everything that a supervisor sets for this station, and the people who work at it. */
export default function Settings() {
  const { t } = useWords();
  const query = useSettings();
  useEscape(() => go('supervisor'));
  const settings = query.data;
  return (
    <div className={classes['screen']}>
      <PageHead title={t('settings/title')} lead={t('settings/lead')} onBack={() => go('supervisor')} />
      {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
      {settings !== undefined && (
        <>
          <Group name="record">
            <OrderRow settings={settings} />
            <NumberRow setting="fingerThreshold" settings={settings} />
            <NumberRow setting="irisThreshold" settings={settings} />
            <NumberRow setting="maxAttempts" settings={settings} />
            <ReviewRow settings={settings} />
          </Group>
          <Group name="keep">
            <NumberRow setting="idleLockMinutes" settings={settings} />
            <NumberRow setting="retentionDays" settings={settings} />
            <MirrorRow changes={settings.changes} />
          </Group>
          <Group name="send">
            <LimitsRow changes={settings.changes} />
            <AutostartRow changes={settings.changes} />
          </Group>
          <Group name="office">
            <AccountsRow />
            <CapacityRow sessionCapacity={settings.sessionCapacity} changes={settings.changes} />
            <CalendarRow calendar={settings.calendar} changes={settings.changes} />
            <LanguageRow changes={settings.changes} />
          </Group>
        </>
      )}
    </div>
  );
}
