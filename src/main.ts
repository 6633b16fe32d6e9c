/** The first signal ends the server. Further ones, as a terminal and npm send together, change nothing. */
const stop = Promise.withResolvers<NodeJS.Signals>();
process.on('SIGTERM', stop.resolve);
process.on('SIGINT', stop.resolve);

// Loading is most of a start: a signal that comes while it runs must find a listener.
const { serve } = await import('./serve.ts');
process.exit(await serve(process.argv.slice(2), stop.promise));
