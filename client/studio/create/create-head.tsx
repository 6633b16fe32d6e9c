import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';

/** The heading of the form, with tools for all of it. */
export function CreateHead({ children }: { readonly children?: ReactNode }) {
  return (
    <div className="create-head">
      <h1>
        <Trans>New video</Trans>
      </h1>
      <div className="create-tools">{children}</div>
    </div>
  );
}
