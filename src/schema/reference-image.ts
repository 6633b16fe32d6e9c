import type { ReferenceImage, Upload } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';
import type { Payloads } from './payloads.ts';

/** The type of an image, in a task or just uploaded. */
export type ReferenceImageRef = ReturnType<typeof declareReferenceImage>;

/** Declares the image type. */
export function declareReferenceImage(builder: Builder) {
  return builder.objectRef<ReferenceImage>('ReferenceImage').implement({
    description: 'An image that the video starts from.',
    fields: (t) => ({
      url: t.field({
        type: 'URL',
        description: 'Where the image is; an uploaded one is at this server.',
        resolve: (image, _args, { mediaUrl }) => image.url ?? mediaUrl(image.mediaKey),
      }),
      uploadId: t.exposeID('uploadId', { nullable: true, description: 'The id of an uploaded image.' }),
      contentType: t.string({
        nullable: true,
        description: 'By content; null for an image at an address of somebody else.',
        resolve: (image) => (image.url === null ? image.contentType : null),
      }),
      width: t.int({
        nullable: true,
        description: 'In pixels, where known.',
        resolve: (image) => (image.url === null ? image.width : null),
      }),
      height: t.int({
        nullable: true,
        description: 'In pixels, where known.',
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
      description: 'The uploaded image, or what to mend.',
      fields: (t) => ({
        image: t.field({
          type: ReferenceImageType,
          nullable: true,
          description: 'The image as kept; null when there are userErrors.',
          resolve: ({ image }) => (image === null ? null : { ...image, url: null, uploadId: image.id }),
        }),
        userErrors: t.field({
          type: [UserError],
          description: 'Empty when all went well.',
          resolve: ({ userErrors }) => [...userErrors],
        }),
      }),
    });
  builder.mutationField('uploadReferenceImage', (t) =>
    t.field({
      type: Payload,
      description:
        'Keeps a JPEG, PNG or WebP image of at most 20 MB for your tasks. It can be used again, and is swept 30 days ' +
        'after its last use.',
      args: {
        file: t.arg({ type: 'File', required: true, description: 'The image, in a multipart request.' }),
      },
      resolve: (_root, { file }, { tasks, viewer }) => tasks.uploadReferenceImage(viewer.owner, file),
    }),
  );
}
