curl -s "${REELAY_URL:-http://127.0.0.1:8000}/graphql" \
  -H 'content-type: application/json' \
  -d '{
    "query": "query ($id: ID!) { videoTask(id: $id) { status videoUrl cost { amount currency settled } } }",
    "variables": { "id": "'"$1"'" }
  }'
