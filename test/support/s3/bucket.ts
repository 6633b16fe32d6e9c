/** The bucket that exists on S3 servers of tests. */
export const bucket = 'reelay-test';
