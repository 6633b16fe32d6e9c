import { useLingui } from '@lingui/react/macro';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';

interface CardMarksProps {
  readonly id: string;
  readonly title: string;
}

/** The marks on the picture of a card: whether it is selected, and whether it is a favourite. */
export function CardMarks({ id, title }: CardMarksProps) {
  const studio = useStudio();
  const { t } = useLingui();
  const { isOn, ids } = useValue(studio.selection.selected);
  const isSelected = ids.has(id);
  const isFavourite = useValue(studio.favourites.ids).has(id);
  const name = title.slice(0, 80);
  return (
    <>
      <button
        type="button"
        role="checkbox"
        aria-checked={isSelected}
        className="card-select"
        data-on={isOn || undefined}
        aria-label={t`Select ${name}`}
        onClick={({ shiftKey }) => {
          if (shiftKey) studio.selection.extend(id, studio.order.get());
          else studio.selection.toggle(id);
        }}
      >
        {/* While several are selected, the whole picture is the button. */}
        <span className="checkbox" data-checked={isSelected || undefined}>
          {isSelected && <Icon name="check" />}
        </span>
      </button>
      <button
        type="button"
        className="card-star"
        aria-pressed={isFavourite}
        aria-label={t`Favourite: ${name}`}
        title={t`Favourite`}
        onClick={() => studio.favourites.toggle(id)}
      >
        <Icon name="star" isFilled={isFavourite} />
      </button>
    </>
  );
}
