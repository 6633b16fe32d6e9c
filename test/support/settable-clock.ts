// Preloaded into a server: its wall clock can be set from outside, as an operator or a time server does.
const trueNow = Date.now.bind(Date);
let offsetMs = Number(process.env['CLOCK_OFFSET_MS'] ?? 0);
Date.now = () => trueNow() + offsetMs;
process.on('SIGUSR2', () => {
  offsetMs += Number(process.env['CLOCK_JUMP_MS'] ?? 0);
});
