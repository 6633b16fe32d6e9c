import { Trans, useLingui } from '@lingui/react/macro';
import { useRef, useState, type DragEvent } from 'react';
import { readTable, type Table, type TableResult } from '../../table/read-table.ts';
import { Icon } from '../ui/icon.tsx';
import { unreadableTexts } from './column-texts.ts';
import { readTableFile } from './table-file.ts';

interface TableSourceProps {
  /** True after a file that is no text was dropped. */
  readonly isWrongFile: boolean;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onTable: (table: Table) => void;
}

/** The table as text: pasted from a spreadsheet, or from a CSV file. */
export function TableSource({ isWrongFile: wasWrong, text, onText, onTable }: TableSourceProps) {
  const { i18n, t } = useLingui();
  const picker = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<Extract<TableResult, { kind: 'unreadable' }> | null>(null);
  const [isWrongFile, setIsWrongFile] = useState(wasWrong);
  const change = (next: string) => {
    onText(next);
    setProblem(null);
    setIsWrongFile(false);
  };
  const read = async (file: File | undefined) => {
    if (file === undefined) return;
    const given = await readTableFile(file);
    if (given.isWrongFile) setIsWrongFile(true);
    else change(given.text);
  };
  const next = () => {
    const result = readTable(text);
    if (result.kind === 'table') onTable(result.table);
    else setProblem(result);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    void read(event.dataTransfer.files[0]);
  };
  const example = [
    [t`SKU`, t`Prompt`, t`Image`, t`Aspect ratio`, t`Duration`].join('\t'),
    ['R-101', t`A gold ring turns slowly`, '', '9:16', '8'].join('\t'),
    ['R-102', t`A silver ring on a stone`, '', '16:9', ''].join('\t'),
  ].join('\n');
  return (
    <div className="table-source" onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      <p className="dialog-text">
        <Trans>
          One row for each video. Columns: SKU, prompt, image (a URL or a file name), and any of model, aspect
          ratio, duration, resolution, sound, use case, negative prompt, seed, variants. What a row leaves
          empty is taken from the form.
        </Trans>
      </p>
      <textarea
        className="input code table-text"
        aria-label={t`Table`}
        aria-invalid={problem !== null}
        rows={10}
        wrap="off"
        spellCheck={false}
        placeholder={t`Paste cells from Excel or Google Sheets here, or drop a CSV file`}
        value={text}
        onChange={({ currentTarget }) => change(currentTarget.value)}
      />
      {(problem !== null || isWrongFile) && (
        <p className="error" role="alert">
          {problem === null
            ? t`Save the table as CSV, or copy its cells and paste them here.`
            : i18n.t(unreadableTexts[problem.reason])}
          {problem?.line !== undefined && ` ${t`Row ${problem.line}.`}`}
        </p>
      )}
      <input
        ref={picker}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
        hidden
        aria-label={t`Choose a CSV file`}
        onChange={({ currentTarget }) => {
          void read(currentTarget.files?.[0]);
          currentTarget.value = '';
        }}
      />
      <div className="dialog-actions table-actions">
        <button type="button" className="button" onClick={() => picker.current?.click()}>
          <Icon name="table" />
          <Trans>Choose a CSV file</Trans>
        </button>
        {text.trim() === '' && (
          <button type="button" className="button button-quiet" onClick={() => change(example)}>
            <Trans>Insert an example</Trans>
          </button>
        )}
        <button
          type="button"
          className="button button-primary table-next"
          disabled={text.trim() === ''}
          onClick={next}
        >
          <Trans>Check the table</Trans>
        </button>
      </div>
    </div>
  );
}
