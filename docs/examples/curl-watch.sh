curl -sN "${REELAY_URL:-http://127.0.0.1:8000}/graphql" \
  -H 'content-type: application/json' -H 'accept: text/event-stream' \
  -d '{
    "query": "subscription ($id: ID!) { taskStatusChanged(id: $id) { status progress { percent } videoUrl } }",
    "variables": { "id": "'"$1"'" }
  }'
