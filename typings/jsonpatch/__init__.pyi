# What the command of the node agent uses of jsonpatch 1, and nothing more.
JsonPatchException: type[Exception]
InvalidJsonPatch: type[Exception]
JsonPointerException: type[Exception]

def apply_patch(doc: object, patch: object, in_place: bool = ...) -> object: ...
