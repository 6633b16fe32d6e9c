/** Copies text. False if the browser does not allow it. Pages over http have no clipboard API. */
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
  // The only way outside a secure context.
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
