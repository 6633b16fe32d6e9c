/** Copies a text; false where the browser does not let a page do so. Plain http pages have no clipboard of their own. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  // The only way outside of a secure context.
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
