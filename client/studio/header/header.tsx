import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useState } from 'react';
import { basePath } from '../base.ts';
import { money } from '../i18n/format.ts';
import { choose, localeNames, locales, type Locale } from '../i18n/i18n.ts';
import { useValue } from '../live/value.ts';
import { costsPath, homePath, navigate } from '../route.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';
import { ConnectionState } from './connection-state.tsx';
import { NotificationSwitch } from './notification-switch.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { chooseTheme, chosenTheme, themes } from './theme.ts';
import { usePageKeys } from './use-page-keys.ts';

/** The header: state of the connection, money spent, and the settings of the page. */
export function Header() {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const [theme, setTheme] = useState(chosenTheme);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  usePageKeys(useCallback(() => setIsHelpOpen(true), []));
  const access = useValue(studio.access);
  const providers = useValue(studio.providers).filter(({ configured }) => configured);
  const isSimulated = providers.length > 0 && providers.every(({ name }) => name === 'SIMULATOR');
  const themeNames = { system: t`System`, light: t`Light`, dark: t`Dark` };
  return (
    <header className="header">
      <a className="brand" href={homePath()} aria-label={t`Reelay home page`}>
        <img src={`${basePath()}/icon.svg`} alt="" width="28" height="28" />
        <span>Reelay</span>
      </a>
      {isSimulated && (
        <span
          className="simulated"
          title={t`No provider API key is set. The server returns sample videos, and nothing is charged.`}
        >
          <Trans>Simulation: sample videos, nothing is charged</Trans>
        </span>
      )}
      <div className="header-end">
        <ConnectionState />
        <Spent />
        <div className="settings">
          <button
            type="button"
            className="button button-quiet button-icon header-keys"
            aria-label={t`Keyboard shortcuts`}
            title={t`Keyboard shortcuts`}
            onClick={() => setIsHelpOpen(true)}
          >
            <Icon name="keyboard" />
          </button>
          <NotificationSwitch />
          <Select
            label={t`Theme`}
            isLabelHidden
            isCompact
            value={theme}
            icon={<Icon name={theme === 'system' ? 'contrast' : theme === 'dark' ? 'moon' : 'sun'} />}
            onChange={(next) => {
              chooseTheme(next);
              setTheme(next);
            }}
            options={themes.map((value) => ({ value, label: themeNames[value] }))}
          />
          <Select
            label={t`Language`}
            isLabelHidden
            value={i18n.locale as Locale}
            icon={<Icon name="globe" />}
            onChange={(locale) => void choose(i18n, locale)}
            options={locales.map((value) => ({ value, label: localeNames[value] }))}
          />
          {access === 'open' && studio.key.value !== null && (
            <button type="button" className="button" onClick={() => studio.signOut()}>
              <Trans>Sign out</Trans>
            </button>
          )}
        </div>
      </div>
      <ShortcutsDialog open={isHelpOpen} onClose={() => setIsHelpOpen(false)} />
    </header>
  );
}

/** Money spent this month, with a link to what it was spent on. */
function Spent() {
  const studio = useStudio();
  const viewer = useValue(studio.viewer);
  const { i18n, t } = useLingui();
  if (viewer === null) return null;
  const spent = money(i18n, viewer.spentThisMonth.amount);
  const budget = viewer.budgetPerMonth === null ? null : money(i18n, viewer.budgetPerMonth.amount);
  return (
    <a
      className="spent"
      href={costsPath()}
      title={t`Costs by day, model and label`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        navigate(costsPath());
      }}
    >
      {budget === null ? (
        <Trans>
          <strong>{spent}</strong> this month
        </Trans>
      ) : (
        <Trans>
          <strong>{spent}</strong> of {budget} this month
        </Trans>
      )}
    </a>
  );
}
