import ClusterModel

/// What to do with an object.
enum Resolution {
  /// Read it as this type; it may only be of use for its findings.
  case read(ObjectType, contributes: Bool)
  /// A mapping that is no whole object.
  case fragment
  case passOver
}

/// The kind of an object, and what to do where it is missing or wrong.
extension ObjectDecoder where Reader: ~Copyable {
  /// Reads `apiVersion` and `kind` of the mapping entered last, wherever they stand in it.
  ///
  /// Objects that `kubectl` prints begin with both. In others the reader looks ahead and comes back, so that no key but
  /// these two is consumed.
  mutating func readIdentity() throws(SyntaxProblem) -> ObjectIdentity {
    var identity = ObjectIdentity()
    var isAhead = false
    while identity.apiVersionMark == nil || identity.kindMark == nil {
      guard try reader.nextKey() else {
        identity.hasEnded = !isAhead
        break
      }
      switch reader.withText({ Self.identityKey($0) }) {
      case .apiVersion where identity.apiVersionMark == nil:
        identity.apiVersionMark = reader.mark
        identity.apiVersion = try readIdentityText("apiVersion", &identity)
        if !isAhead { identity.seen |= 1 }
      case .kind where identity.kindMark == nil:
        identity.kindMark = reader.mark
        identity.kind = try readIdentityText("kind", &identity)
        if !isAhead { identity.seen |= 2 }
      case let key:
        if !isAhead {
          isAhead = true
          reader.beginLookahead()
        }
        if key == .items, identity.kind?.hasSuffix("List") ?? true {
          identity.isList = true
          reader.rewind()
          return identity
        }
        if identity.otherKeys.count < 20 { identity.otherKeys.append(reader.text) }
        try reader.skipValue()
      }
    }
    if isAhead { reader.rewind() }
    return identity
  }

  private enum IdentityKey {
    case apiVersion, kind, items, other
  }

  private static func identityKey(_ key: Span<UInt8>) -> IdentityKey {
    switch key.count {
    case 4 where matches(key, "kind"): .kind
    case 5 where matches(key, "items"): .items
    case 10 where matches(key, "apiVersion"): .apiVersion
    default: .other
    }
  }

  private static func matches(_ key: Span<UInt8>, _ name: String) -> Bool {
    var index = 0
    for byte in name.utf8 {
      if key[index] != byte { return false }
      index += 1
    }
    return true
  }

  private mutating func readIdentityText(
    _ name: String, _ identity: inout ObjectIdentity
  ) throws(SyntaxProblem) -> String? {
    path.append(PathStep(name: name, mark: reader.mark))
    defer { path.removeLast() }
    switch try readTextValue() {
    case .text: return sharedText
    case .null: return nil
    case .wrongScalar, .wrongType:
      identity.isMalformed = true
      return nil
    }
  }

  /// What to do with the object whose identity was read. Reports what is wrong with the identity.
  mutating func resolve(_ identity: ObjectIdentity) -> Resolution {
    let leftOut = "the object is left out"
    guard let kind = identity.kind, !kind.isEmpty else {
      if identity.apiVersion == nil { return identity.isMalformed ? .passOver : .fragment }
      if !identity.isMalformed {
        report(
          .missingField, "the object has no kind; add `kind: NetworkPolicy`, or what it is",
          field: "kind", consequence: leftOut)
      }
      return .passOver
    }
    guard let apiVersion = identity.apiVersion, !apiVersion.isEmpty else {
      let type = ObjectType(rawValue: kind)
      if !identity.isMalformed {
        let advice = type.map { "; add `apiVersion: \($0.apiVersion)`" } ?? ""
        report(
          .missingField, "the object has no apiVersion\(advice)", field: "apiVersion",
          consequence: leftOut)
      }
      return type.map { .read($0, contributes: false) } ?? .passOver
    }
    switch TypeResolution(apiVersion: apiVersion, kind: kind) {
    case .object(let type): return .read(type, contributes: true)
    case .unknownKind(let message, let meant):
      report(
        .unknownKind, message, field: "kind", at: identity.kindMark, consequence: leftOut)
      return meant.map { .read($0, contributes: false) } ?? .passOver
    case .unknownVersion(let message, let meant):
      report(
        .unknownAPIVersion, message, field: "apiVersion", at: identity.apiVersionMark,
        consequence: leftOut)
      return .read(meant, contributes: false)
    case .ignored, .list:
      records.ignoredKinds["\(apiVersion)/\(kind)", default: 0] += 1
      return .passOver
    }
  }

  /// A mapping with neither kind nor apiVersion: a part of an object, as notes have them. It is checked as the part that
  /// it looks like, to the end of its mapping.
  mutating func readFragment(_ identity: ObjectIdentity) throws(SyntaxProblem) {
    let keys = identity.otherKeys
    let isSpec = keys.contains {
      ["podSelector", "policyTypes", "ingress", "egress"].contains($0)
    }
    let isMetadata = keys.contains { ["labels", "annotations", "name", "namespace"].contains($0) }
    let missing =
      keys.contains("metadata") ? "apiVersion and kind" : "apiVersion, kind and metadata"
    let advice =
      if isSpec {
        "; it looks like the spec of a NetworkPolicy: put it under `spec:` of an object with "
          + "`apiVersion: networking.k8s.io/v1`, `kind: NetworkPolicy` and `metadata:`"
      } else if isMetadata {
        "; it looks like the metadata of an object: put it under `metadata:` of one with `apiVersion` and `kind`"
      } else {
        "; it is not a Kubernetes object"
      }
    report(
      .missingField, "\(missing) are missing\(advice)", field: "kind",
      consequence: "it is left out")
    if identity.hasEnded { return }
    if isSpec {
      var policy = NetworkPolicy(
        namespace: "", name: "", podSelector: nil, isolatesIngress: false, isolatesEgress: false)
      try readNetworkPolicyRules(&policy)
    } else if isMetadata, !keys.contains("metadata") {
      try readMetadataFields()
      header = ObjectHeader()
    } else {
      while try reader.nextKey() { try reader.skipValue() }
    }
  }
}
