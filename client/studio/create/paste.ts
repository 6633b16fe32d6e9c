/**
 * Files that a paste brings for the form. A paste of words into a field brings none, although spreadsheets and word
 * processors add a picture of what was copied; neither does one into a dialog over the form.
 */
export function filesOfPaste({ clipboardData, target }: ClipboardEvent): readonly File[] {
  if (clipboardData === null || !(target instanceof Element)) return [];
  const bringsWords = clipboardData.types.includes('text/plain');
  if (target.closest('[role="dialog"], [role="alertdialog"]') !== null) return [];
  if (bringsWords && target.closest('input, textarea') !== null) return [];
  return [...clipboardData.files];
}
