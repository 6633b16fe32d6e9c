/**
 * @generated SignedSource<<dac6f39fce0d4a6cbfc2a8d4bce4bb8c>>
 * @lightSyntaxTransform
 */

/* eslint-disable */

'use strict';

var node = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "VideoTaskPayload",
    "kind": "LinkedField",
    "name": "generateVideo",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "VideoTask",
        "kind": "LinkedField",
        "name": "task",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "id",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "status",
            "storageKey": null
          }
        ],
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "UserError",
        "kind": "LinkedField",
        "name": "userErrors",
        "plural": true,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "message",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "relayGenerateMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "relayGenerateMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "d015b1d810f8fbe2a94a714028dbe685",
    "id": null,
    "metadata": {},
    "name": "relayGenerateMutation",
    "operationKind": "mutation",
    "text": "mutation relayGenerateMutation(\n  $input: GenerateVideoInput!\n) {\n  generateVideo(input: $input) {\n    task {\n      id\n      status\n    }\n    userErrors {\n      message\n    }\n  }\n}\n"
  }
};
})();

node.hash = "0784fc7d0e89c73f4f87717e8514a5bb";

export default node;
