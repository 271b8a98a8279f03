import ClusterModel

/// `metadata`, which all kinds share.
extension ObjectDecoder where Reader: ~Copyable {
  /// Reads `metadata` into ``header``.
  mutating func readMetadata() throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    header.hasMetadata = true
    try readMetadataFields()
    if header.name.isEmpty {
      report(
        .missingField, "the object has no name; add `name:` under `metadata:`", field: "name",
        at: header.nameMark ?? place, consequence: "the object is left out")
    }
  }

  /// Reads the fields of a metadata mapping that was entered last.
  mutating func readMetadataFields() throws(SyntaxProblem) {
    try readFields(MetadataField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .name:
        decoder.header.nameMark = decoder.place
        switch try decoder.readTextValue() {
        case .text, .wrongScalar: decoder.header.name = decoder.reader.text
        case .null, .wrongType: break
        }
      case .namespace:
        guard let namespace = try decoder.readSharedText() else { return }
        decoder.header.namespace = namespace
        if !namespace.isEmpty, let problem = Names.labelProblem(namespace) {
          decoder.report(
            .badName, "`\(namespace.shortened)` is no name of a namespace: it is \(problem)",
            severity: .warning, consequence: "it is used as it is", rules: ["N43"])
        }
      case .labels: decoder.header.labels = try decoder.readLabels()
      case .annotations: try decoder.readAnnotations()
      case .uid:
        decoder.header.isFromServer = try decoder.readTextValue() == .text
      case .creationTimestamp: decoder.header.creationTime = try decoder.readTimestamp()
      case .deletionTimestamp: decoder.header.deletionTime = try decoder.readTimestamp()
      case .ownerReferences: try decoder.readOwnerReferences()
      }
    }
  }

  /// Checks what can only be said once the whole object has been read.
  mutating func finishMetadata(_ type: ObjectType) {
    guard header.hasMetadata else {
      path.append(PathStep(name: "metadata", mark: objectMark))
      report(
        .missingField, "the object has no metadata; add `metadata:` with a `name:`", field: "name",
        at: objectMark, consequence: "the object is left out")
      path.removeLast()
      return
    }
    if header.name.isEmpty { return }
    let problem =
      type == .namespace ? Names.labelProblem(header.name) : Names.subdomainProblem(header.name)
    if let problem {
      path.append(PathStep(name: "metadata", mark: header.nameMark ?? objectMark))
      report(
        .badName,
        "`\(header.name.shortened)` is no name of an object of kind \(type.rawValue): it is \(problem)",
        field: "name", severity: .warning, consequence: "it is used as it is", rules: ["N43"])
      path.removeLast()
    }
  }

  /// Reads the labels of an object; equal sets share their storage.
  mutating func readLabels() throws(SyntaxProblem) -> Labels {
    let first = pending.count
    defer { noteConsequence("the label is left out", since: first) }
    switch try enterMapping() {
    case .entered: break
    case .null: return .empty
    case .wrongType:
      noteConsequence("the object has no labels")
      return .empty
    }
    var pairs: [Int] = []
    try readLabelPairs { decoder, key, value in
      if decoder.records.interner[key] == Namespace.nameLabel {
        decoder.header.nameLabelMark = decoder.place
      }
      pairs.append(key)
      pairs.append(value)
    }
    return records.labelSets.labels(pairs, records.interner)
  }

  /// Reads the pairs of the mapping entered last to its end, as numbers of the interner; each key once.
  ///
  /// - Returns: whether all of them are valid.
  @discardableResult
  mutating func readLabelPairs(
    _ body: (inout Self, _ key: Int, _ value: Int) -> Void
  ) throws(SyntaxProblem) -> Bool {
    var isValid = true
    var keys = KeySet()
    while try reader.nextKey() {
      let key = reader.withText { records.interner.number(of: $0) }
      let name = records.interner[key]
      guard keys.insert(key) else {
        // A mapping's own key wins over one that it merges in, wherever the merge stands.
        if !reader.isMergedKey {
          isValid = false
          try reportDuplicate(name)
        } else {
          try reader.skipValue()
        }
        continue
      }
      path.append(PathStep(name: name, mark: reader.mark))
      if let problem = records.nameProblems.labelKey(key, name) {
        reportLabelForm("`\(name.shortened)` is no key of a label: \(problem)", &isValid)
      }
      if let value = try readLabelValue(&isValid) { body(&self, key, value) }
      path.removeLast()
    }
    return isValid
  }

  /// A label whose key or value no object can have.
  ///
  /// The API server refuses it, except in the selectors of cluster policies, whose schema does not look at it: there it
  /// is a condition that never holds.
  mutating func reportLabelForm(_ message: String, _ isValid: inout Bool) {
    let isAccepted =
      header.type?.isPolicy == true && header.type != .networkPolicy
      && path.contains { $0.name == "spec" }
    let isLabelOfObject = path.contains { $0.name == "metadata" }
    report(
      .badName, message, severity: isAccepted ? .warning : .error,
      consequence: isAccepted
        ? "no object can have this label" : isLabelOfObject ? "it is used as it is" : nil,
      rules: ["N14"])
    if !isAccepted { isValid = false }
  }

  /// The number of a label's value; a null one is the empty text, as the API server reads it.
  private mutating func readLabelValue(_ isValid: inout Bool) throws(SyntaxProblem) -> Int? {
    switch try readTextValue() {
    case .text:
      let number = reader.withText { records.interner.number(of: $0) }
      let text = records.interner[number]
      if let problem = records.nameProblems.labelValue(number, text) {
        reportLabelForm("`\(text.shortened)` is no value of a label: \(problem)", &isValid)
      }
      return number
    case .null:
      report(
        .nullValue,
        "the label has no value and is read as the empty text; write \"\" if that is meant")
      return records.interner.number(of: Span())
    case .wrongScalar, .wrongType:
      isValid = false
      return nil
    }
  }

  /// Annotations are not kept; their values must be text all the same.
  private mutating func readAnnotations() throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    while try reader.nextKey() {
      // The path is only of use for a finding, which long texts do not lead to.
      let name = reader.withText { $0.count <= 512 ? String($0) : "" }
      path.append(PathStep(name: name, mark: reader.mark))
      _ = try readTextValue()
      path.removeLast()
    }
  }

  private mutating func readOwnerReferences() throws(SyntaxProblem) {
    guard try enterSequence() == .entered else { return }
    try readItems { decoder, _ throws(SyntaxProblem) in
      guard try decoder.enterMapping() == .entered else { return }
      var kind: String?
      var name: String?
      var isController = false
      try decoder.readFields(OwnerReferenceField.table) { decoder, field throws(SyntaxProblem) in
        switch field {
        case .kind: kind = try decoder.readSharedText()
        case .name: name = try decoder.readSharedText()
        case .controller: isController = try decoder.readBoolean() ?? false
        }
      }
      if isController, let kind, let name {
        decoder.header.owner = Pod.Owner(kind: kind, name: name)
      }
    }
  }
}

private enum MetadataField: String, FieldName {
  case name, namespace, labels, annotations, uid, creationTimestamp, deletionTimestamp
  case ownerReferences
  static let table = FieldTable<MetadataField>(
    "metadata",
    ignored: [
      "generateName", "selfLink", "resourceVersion", "generation", "deletionGracePeriodSeconds",
      "finalizers", "managedFields", "clusterName", "initializers",
    ],
    nested: [.labels: .anyName, .annotations: .anyName])
}

private enum OwnerReferenceField: String, FieldName {
  case kind, name, controller
  static let table = FieldTable<OwnerReferenceField>(
    "an owner reference", ignored: ["apiVersion", "uid", "blockOwnerDeletion"])
}
