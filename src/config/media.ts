import { parseAllowedHost } from '../settings/addresses/allowed-hosts.ts';
import { ConfigError } from '../settings/config-error.ts';
import { days, headerText, httpUrl, list } from '../settings/parsers.ts';
import {
  Invalid,
  optionalSetting,
  readGroup,
  setting,
  type Environment,
  type Values,
} from '../settings/setting.ts';

const hosts = (value: string) => {
  const parsed = list(value).map(parseAllowedHost);
  return parsed.every((host) => host !== null)
    ? parsed
    : new Invalid('must be a comma-separated list of hosts such as name, name:8080, 10.0.0.1 or [::1]:8080');
};

/** The value of MEDIA_STORE. */
type StoreAddress =
  | { readonly kind: 'file'; readonly directory: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

const storeAddress = (value: string): StoreAddress | Invalid => {
  const directory = /^file:(.+)$/.exec(value)?.[1];
  if (directory !== undefined) return { kind: 'file', directory };
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?:[\w!.*()-]+\/)*[\w!.*()-]*))?$/.exec(value) ?? [];
  if (bucket === undefined) {
    return new Invalid(
      'must be file:PATH or s3://BUCKET/PREFIX, the bucket with 3 to 63 lower-case letters, digits, dots and hyphens',
    );
  }
  return { kind: 's3', bucket, prefix: prefix.replace(/\/$/, '') };
};

/** Videos and images. */
export const mediaSettings = {
  store: optionalSetting(
    'MEDIA_STORE',
    'file:PATH or s3://BUCKET/PREFIX: where videos and uploads are kept; unset: the folder media in DATA_DIR',
    storeAddress,
  ),
  s3Endpoint: optionalSetting('S3_ENDPOINT', 'URL of an S3-compatible store; unset: Amazon S3', httpUrl),
  s3Region: setting('S3_REGION', 'us-east-1', 'the region of the bucket', headerText),
  s3AccessKeyId: optionalSetting('S3_ACCESS_KEY_ID', 'required for s3:// as MEDIA_STORE', headerText),
  s3SecretAccessKey: optionalSetting('S3_SECRET_ACCESS_KEY', 'required for s3:// as MEDIA_STORE', headerText),
  retentionMs: optionalSetting(
    'MEDIA_RETENTION_DAYS',
    'days after which the copy of a video is deleted, decimals allowed; unset: never',
    days,
  ),
  fetchAllowHosts: setting(
    'FETCH_ALLOW_HOSTS',
    '',
    'hosts (NAME, NAME:PORT or [IPV6]:PORT) that may be private addresses in outgoing fetches',
    hosts,
  ),
};

/** The media store to open. */
export type MediaStoreConfig =
  /** A folder; null: the one in DATA_DIR. */
  | { readonly kind: 'file'; readonly directory: string | null }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Without slashes at its ends; may be empty. */
      readonly prefix: string;
      /** Null: Amazon S3. */
      readonly endpoint: string | null;
      readonly region: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
    };

/** The values of these settings. */
export interface MediaConfig {
  readonly store: MediaStoreConfig;
  readonly fetchAllowHosts: Values<typeof mediaSettings>['fetchAllowHosts'];
  /** How long the copy of a video is kept; null: until its task is deleted. */
  readonly retentionMs: number | null;
}

/** @throws ConfigError */
export function readMedia(env: Environment): MediaConfig {
  const { store, s3Endpoint, s3Region, s3AccessKeyId, s3SecretAccessKey, ...others } = readGroup(
    env,
    mediaSettings,
  );
  if (store?.kind !== 's3') return { ...others, store: store ?? { kind: 'file', directory: null } };
  return {
    ...others,
    store: {
      ...store,
      endpoint: s3Endpoint,
      region: s3Region,
      accessKeyId: required('S3_ACCESS_KEY_ID', s3AccessKeyId),
      secretAccessKey: required('S3_SECRET_ACCESS_KEY', s3SecretAccessKey),
    },
  };
}

function required(variable: string, value: string | null): string {
  if (value === null) throw new ConfigError(variable, 'must be set, because MEDIA_STORE is a bucket');
  return value;
}
