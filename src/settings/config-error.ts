/** An environment that the server cannot start with. The message is one line that begins with the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param expectation a clause that follows the variable's name, such as "must be an integer" */
  constructor(variable: string, expectation: string) {
    super(`${variable} ${expectation}`);
  }
}
