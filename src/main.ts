/** The first signal ends the server; more of them, as a terminal and npm send together, change nothing. */
const stop = Promise.withResolvers<NodeJS.Signals>();
process.on('SIGTERM', stop.resolve);
process.on('SIGINT', stop.resolve);

// Loading is most of a start: a signal that comes meanwhile must not find nobody listening.
const { serve } = await import('./serve.ts');
process.exit(await serve(process.argv.slice(2), stop.promise));
