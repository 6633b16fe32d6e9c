url=${REELAY_URL:-http://127.0.0.1:8000}
{
  echo '{"type":"connection_init"}'
  sleep 1 # the server responds with connection_ack
  echo '{"id":"1","type":"subscribe","payload":{"query":"subscription { taskStatusChanged { id status progress { percent } videoUrl } }"}}'
  cat # keeps the connection open until Ctrl-D
} | websocat --protocol graphql-transport-ws "ws${url#http}/graphql"
