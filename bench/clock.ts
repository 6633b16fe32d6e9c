/** Microseconds of a clock shared by all processes of this machine. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);
