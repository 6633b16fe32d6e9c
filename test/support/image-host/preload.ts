// Preloaded into a server: the image host of the seed's example answers on loopback instead of on the internet.
import dns from 'node:dns';
import tls from 'node:tls';

const host = 'images.unsplash.com';
const port = Number(process.env['IMAGE_HOST_PORT']);

const lookup = dns.lookup.bind(dns) as (name: string, ...rest: unknown[]) => void;
Object.assign(dns, {
  lookup: (name: string, ...rest: unknown[]) => lookup(name === host ? '127.0.0.1' : name, ...rest),
});

const connect = tls.connect.bind(tls) as (
  options: tls.ConnectionOptions,
  ...rest: unknown[]
) => tls.TLSSocket;
Object.assign(tls, {
  connect: (options: tls.ConnectionOptions, ...rest: unknown[]) =>
    connect(options.host === host ? { ...options, port } : options, ...rest),
});
