/** The work of a field. One unit is a field whose value is in memory: about 2 µs, serialized. */
export interface FieldCost {
  /** The field itself, without what is selected below it. */
  readonly weight?: number;
  /** Items of a list, at most or as it usually is. `page`: as many as the nearest `first` or `last` above asks for. */
  readonly size?: number | 'page';
  /** The field takes `first` and `last`: what it takes them for without either, and at most. */
  readonly pages?: { readonly usual: number; readonly most: number };
}

/** A page without a size has this many tasks. */
export const defaultPageSize = 50;
/** A page has at most this many tasks. */
export const maxPageSize = 200;

/** Fields that read from the database or are lists, by `Type.field`. Every other field costs 1. */
export const fieldCosts: Readonly<Record<string, FieldCost>> = {
  'Query.videoTask': { weight: 10 },
  'Query.node': { weight: 10 },
  'Query.videoTasks': { weight: 50, pages: { usual: defaultPageSize, most: maxPageSize } },
  'Query.estimateVideo': { weight: 100 },
  'Query.providers': { size: 3 },
  'VideoTaskConnection.edges': { size: 'page' },
  'VideoTaskConnection.totalCount': { weight: 50 },
  'VideoTaskConnection.totalCountExact': { weight: 50 },
  // Long: 10,000 characters take 20 µs to write, six times as many where all are escaped.
  'VideoTask.prompt': { weight: 20 },
  'VideoTask.providerOptions': { weight: 20 },
  'VideoTask.history': { weight: 20, size: 6 },
  'VideoTask.retryOf': { weight: 20 },
  'VideoTask.referenceImages': { size: 3 },
  'VideoTask.hintMessages': { size: 2 },
  'VideoTaskTransition.reasonMessages': { size: 2 },
  'Progress.queuePosition': { weight: 20 },
  'Query.spending': { weight: 1000 },
  'Spending.byDay': { size: 366 },
  'Spending.byModel': { size: 20 },
  'Spending.byLabel': { size: 200 },
  'Viewer.spentThisMonth': { weight: 250 },
  'Viewer.openTasks': { weight: 100 },
  'UserError.field': { size: 3 },
  'VideoTaskPayload.userErrors': { size: 2 },
  'DeleteVideoTaskPayload.userErrors': { size: 2 },
  'UploadReferenceImagePayload.userErrors': { size: 2 },
  'DraftPromptPayload.userErrors': { size: 2 },
  'VideoEstimate.userErrors': { size: 2 },
  'Provider.models': { size: 20 },
  'VideoModel.aspectRatios': { size: 9 },
  'VideoModel.durations': { size: 27 },
  'VideoModel.resolutions': { size: 4 },
  'VideoModel.imageUses': { size: 3 },
  'VideoModel.imageUseLimits': { size: 3 },
  'ImageUseLimits.durations': { size: 27 },
  'ImageUseLimits.aspectRatios': { size: 9 },
  'ImageUseLimits.resolutions': { size: 4 },
  'VideoModel.resolutionLimits': { size: 1 },
  'ResolutionLimits.durations': { size: 4 },
  'Mutation.generateVideo': { weight: 500 },
  'Mutation.retryVideoTask': { weight: 500 },
  'Mutation.trackVideoTask': { weight: 500 },
  'Mutation.cancelVideoTask': { weight: 500 },
  'Mutation.deleteVideoTask': { weight: 500 },
  'Mutation.refreshVideoTask': { weight: 500 },
  'Mutation.resolveSubmission': { weight: 500 },
  'Mutation.uploadReferenceImage': { weight: 500 },
  'Mutation.draftPrompt': { weight: 500 },
  // Introspection: as many as this schema has, most types having few.
  '__Schema.types': { size: 60 },
  '__Schema.directives': { size: 6 },
  '__Directive.args': { size: 2 },
  '__Directive.locations': { size: 4 },
  '__Type.fields': { size: 8 },
  '__Type.inputFields': { size: 2 },
  '__Type.enumValues': { size: 2 },
  '__Type.interfaces': { size: 1 },
  '__Type.possibleTypes': { size: 1 },
  '__Field.args': { size: 1 },
};
