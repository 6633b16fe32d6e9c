import type { ProviderDeclaration, SettingWithoutEffect } from '../providers/declaration.ts';
import { providerSettingsOf, registry } from '../providers/registry.ts';
import { isSet, type Environment, type Setting } from '../settings/setting.ts';
import { authSettings } from './auth.ts';
import type { Config } from './config.ts';
import { limitSettings } from './limits.ts';

const declarations: readonly ProviderDeclaration[] = registry;

const variablesOf = ({ settings }: ProviderDeclaration): string[] =>
  Object.values<Setting<unknown>>(settings).map(({ variable }) => variable);

/** Settings of a valid configuration that can never have an effect, because of what others say or do not say. */
export function findSettingsWithoutEffect(env: Environment, config: Config): SettingWithoutEffect[] {
  const found = [
    ...ofProviders(config),
    ...ofCallbacks(config),
    ...ofBudgets(config),
    ...ofMetrics(config),
    ...ofLimits(config),
  ].filter(({ variable }) => isSet(env[variable]));
  return found.filter(
    ({ variable }, index) => found.findIndex((other) => other.variable === variable) === index,
  );
}

function ofProviders({ providers }: Config): SettingWithoutEffect[] {
  const isUsed = ({ name }: ProviderDeclaration) => providers.names.includes(name);
  const used = new Set(declarations.filter(isUsed).flatMap(variablesOf));
  return declarations.flatMap((declaration) => [
    ...(declaration.settingsWithoutEffect?.(
      providerSettingsOf(providers.settings, declaration.name),
      isUsed(declaration),
    ) ?? []),
    ...(isUsed(declaration) ? [] : variablesOf(declaration))
      .filter((variable) => !used.has(variable) && declaration.sharedVariables?.includes(variable) !== true)
      .map((variable) => ({ variable, reason: `the provider ${declaration.name} is not in use` })),
  ]);
}

function ofCallbacks({ http }: Config): SettingWithoutEffect[] {
  if (http.publicUrl !== null) return [];
  return declarations
    .flatMap(({ implementation }) => implementation?.callbacks?.variables ?? [])
    .map((variable) => ({ variable, reason: 'providers call back only where PUBLIC_URL is set' }));
}

function ofBudgets({ auth }: Config): SettingWithoutEffect[] {
  const acceptsTokens = auth.jwtSecret !== null || auth.jwksUrl !== null;
  const isOpen = auth.apiKeys === null && !acceptsTokens;
  const owners = [...(auth.budgetPerMonth?.keys() ?? [])];
  const { variable } = authSettings.budgetPerMonth;
  if (!isOpen && owners.includes('local')) {
    return [{ variable, reason: 'with authentication there is no owner local' }];
  }
  return !acceptsTokens && owners.some((owner) => owner.startsWith('jwt:'))
    ? [{ variable, reason: 'without JWT_SECRET or JWT_JWKS_URL there is no owner jwt:SUB' }]
    : [];
}

function ofMetrics({ auth }: Config): SettingWithoutEffect[] {
  if (auth.apiKeys !== null || auth.jwtSecret !== null || auth.jwksUrl !== null) return [];
  const reason = 'without API_KEYS or a JWT setting /metrics is open to this machine, and closed to others';
  return [{ variable: authSettings.metricsKey.variable, reason }];
}

function ofLimits({ limits }: Config): SettingWithoutEffect[] {
  const pairs = [
    ['waitingBytesPerOwner', 'waitingBytes'],
    ['uploadsAtOncePerOwner', 'uploadsAtOnce'],
  ] as const;
  return pairs
    .filter(([perOwner, total]) => limits[perOwner] > limits[total])
    .map(([perOwner, total]) => ({
      variable: limitSettings[perOwner].variable,
      reason: `it is above ${limitSettings[total].variable}`,
    }));
}
