curl -s "${REELAY_URL:-http://127.0.0.1:8000}/graphql" \
  -H 'content-type: application/json' \
  -d '{
    "query": "mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { task { id status } userErrors { field message } } }",
    "variables": { "input": { "prompt": "A red fox walks through fresh snow", "idempotencyKey": "order-1" } }
  }'
