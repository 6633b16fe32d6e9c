import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { Icon } from '../../ui/icon.tsx';
import { filesOfPaste } from './paste.ts';

/** A dialog covers the page, and what is dropped or pasted there is not for the form. */
const isCovered = () => document.querySelector('.dialog') !== null;

/** Takes files that are dropped anywhere on the page, or pasted. While they are over the page, it says so. */
export function DropAnywhere({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const [isOver, setIsOver] = useState(false);
  const take = useRef(onFiles);
  useEffect(() => {
    take.current = onFiles;
  });
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      // A dialog that takes files itself has done so.
      if (!hasFiles(event) || event.defaultPrevented) return;
      // Otherwise the browser would leave the page for the file.
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = isCovered() ? 'none' : 'copy';
      setIsOver(!isCovered());
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      setIsOver(false);
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      if (!isCovered()) take.current([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener('dragenter', over, { signal });
    document.addEventListener('dragover', over, { signal });
    document.addEventListener('dragleave', leave, { signal });
    document.addEventListener('drop', drop, { signal });
    document.addEventListener('paste', (event) => take.current(filesOfPaste(event)), { signal });
    return () => controller.abort();
  }, []);
  if (!isOver) return null;
  return createPortal(
    <div className="drop-anywhere" aria-hidden="true">
      <p>
        <Icon name="image" />
        <Trans>Drop the images anywhere</Trans>
      </p>
    </div>,
    document.body,
  );
}
