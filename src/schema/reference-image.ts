import type { ReferenceImage, Upload } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';
import type { Payloads } from './payloads.ts';

/** The type of an image, in a task or just uploaded. */
export type ReferenceImageRef = ReturnType<typeof declareReferenceImage>;

/** Declares the image type. */
export function declareReferenceImage(builder: Builder) {
  return builder.objectRef<ReferenceImage>('ReferenceImage').implement({
    description: 'An image that a video starts from.',
    fields: (t) => ({
      url: t.field({
        type: 'URL',
        description: 'The URL of the image; an uploaded image is served by this server.',
        resolve: (image, _args, { mediaUrl }) => image.url ?? mediaUrl(image.mediaKey),
      }),
      uploadId: t.exposeID('uploadId', {
        nullable: true,
        description: 'The id of an uploaded image; null for an image given by URL.',
      }),
      contentType: t.string({
        nullable: true,
        description: 'The media type, detected from the content; null for an image given by URL.',
        resolve: (image) => (image.url === null ? image.contentType : null),
      }),
      width: t.int({
        nullable: true,
        description: 'The width in pixels; null for an image given by URL.',
        resolve: (image) => (image.url === null ? image.width : null),
      }),
      height: t.int({
        nullable: true,
        description: 'The height in pixels; null for an image given by URL.',
        resolve: (image) => (image.url === null ? image.height : null),
      }),
    }),
  });
}

/** `uploadReferenceImage`. */
export function declareUploadReferenceImage(
  builder: Builder,
  ReferenceImageType: ReferenceImageRef,
  { UserError }: Payloads,
): void {
  const Payload = builder
    .objectRef<{ image: Upload | null; userErrors: readonly Payloads['UserError']['$inferType'][] }>(
      'UploadReferenceImagePayload',
    )
    .implement({
      description: 'The uploaded image, or the errors to fix.',
      fields: (t) => ({
        image: t.field({
          type: ReferenceImageType,
          nullable: true,
          description: 'The stored image; null if there are `userErrors`.',
          resolve: ({ image }) => (image === null ? null : { ...image, url: null, uploadId: image.id }),
        }),
        userErrors: t.field({
          type: [UserError],
          description: 'Empty on success.',
          resolve: ({ userErrors }) => [...userErrors],
        }),
      }),
    });
  builder.mutationField('uploadReferenceImage', (t) =>
    t.field({
      type: Payload,
      description:
        'Stores a JPEG, PNG or WebP image of at most 20 MB for tasks of the viewer. It can be used repeatedly, and is ' +
        'deleted 30 days after its last use.',
      args: {
        file: t.arg({
          type: 'File',
          required: true,
          description: 'The image, as a file of a multipart request.',
        }),
      },
      resolve: (_root, { file }, { tasks, viewer }) => tasks.uploadReferenceImage(viewer.owner, file),
    }),
  );
}
