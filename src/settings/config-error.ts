/** An environment that the server cannot start with. The message is one line that begins with the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param expectation a clause that follows the variable's name, such as "must be an integer" */
  constructor(variable: string, expectation: string) {
    super(`${variable} ${expectation}`);
  }

  /** Several of them as one: a line for each, once where groups share a setting. */
  static together(errors: readonly ConfigError[]): ConfigError {
    const all = new ConfigError('', '');
    all.message = [...new Set(errors.map(({ message }) => message))].join('\n');
    return all;
  }
}
