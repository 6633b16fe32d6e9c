/** The front page while there is nothing else to show there. */
export const homePage = (simulated: boolean): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Reelay</title>
    <style>
      body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1.5rem; color-scheme: light dark; }
      .note { border-inline-start: 4px solid #d97706; padding-inline-start: 1rem; }
    </style>
  </head>
  <body>
    <h1>Reelay</h1>
    <p>One durable GraphQL API that pushes, in front of video providers.</p>
    ${simulated ? '<p class="note">No provider key is set: a <strong>simulation</strong> answers with sample videos, and nothing is billed.</p>' : ''}
    <p><a href="/graphql">Open GraphiQL</a> and press play.</p>
  </body>
</html>
`;
