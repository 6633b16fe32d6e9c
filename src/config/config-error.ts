/** What the environment says is not usable. The message is one line and names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(variable: string, wants: string) {
    super(`${variable}: ${wants}`);
  }
}
