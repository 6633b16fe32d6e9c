/**
 * Files of a paste event for the form. None for a paste of text into a field, although spreadsheets and word processors
 * add a picture of the copied text; none for a paste into a dialog over the form.
 */
export function filesOfPaste({ clipboardData, target }: ClipboardEvent): readonly File[] {
  if (clipboardData === null || !(target instanceof Element)) return [];
  const hasText = clipboardData.types.includes('text/plain');
  if (target.closest('[role="dialog"], [role="alertdialog"]') !== null) return [];
  if (hasText && target.closest('input, textarea') !== null) return [];
  return [...clipboardData.files];
}
