/** Microseconds of a clock that all processes of this machine share. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);
