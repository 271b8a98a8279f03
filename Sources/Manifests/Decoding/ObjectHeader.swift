import ClusterModel
import NetworkTypes

/// What all kinds of objects have: identity and metadata, as far as they have been read.
struct ObjectHeader {
  /// The kind as written.
  var kind: String?
  /// The type it is read as; `nil` for lists and unknown kinds.
  var type: ObjectType?
  /// Whether the object goes into the model; `false` where only its findings are of use.
  var contributes = true

  var name = ""
  var nameMark: Mark?
  /// Empty where the object names none.
  var namespace = ""
  var labels = Labels.empty
  /// Where the label that repeats a namespace's name stands.
  var nameLabelMark: Mark?
  var creationTime: Timestamp?
  var deletionTime: Timestamp?
  var owner: Pod.Owner?
  /// An API server has given it a uid: it may have fields that are newer than this reader.
  var isFromServer = false
  var hasMetadata = false
}

/// The identity that an object's first keys give.
struct ObjectIdentity {
  var apiVersion: String?
  var kind: String?
  var apiVersionMark: Mark?
  var kindMark: Mark?
  /// Whether `apiVersion` or `kind` was there with something other than text, which has been reported.
  var isMalformed = false
  /// Bits of the keys that have been consumed: `apiVersion` and `kind` are the first two of every kind's fields.
  var seen: UInt64 = 0
  /// Whether the mapping ended while they were looked for: it has no other key, and has been left.
  var hasEnded = false
  /// Whether it has `items` and no kind that says that it is something other than a list.
  var isList = false
  /// Whether the kind was looked for at the end of the list, too.
  var isSurveyed = false
  /// Keys other than these, where the object had to be looked through for them.
  var otherKeys: [String] = []
}
