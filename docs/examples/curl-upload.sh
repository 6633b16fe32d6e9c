curl -s "${REELAY_URL:-http://127.0.0.1:8000}/graphql" \
  -F operations='{
    "query": "mutation ($file: File!) { uploadReferenceImage(file: $file) { image { uploadId } userErrors { message } } }",
    "variables": { "file": null }
  }' \
  -F map='{ "0": ["variables.file"] }' \
  -F 0=@"$1"
