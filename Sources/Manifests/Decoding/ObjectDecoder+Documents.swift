import ClusterModel

/// The kind that the items of a list have where they do not say it themselves.
struct InheritedType {
  var apiVersion: String
  var kind: String
}

/// How reading an input ended.
enum InputEnd {
  case complete
  /// The text is wrong at some place; this has been reported, and what came before it is recorded.
  case syntaxProblem(SyntaxProblem)
  /// A list gives the kind of its items after them: the document that begins here must be read again with that kind
  /// known. The documents before it are recorded.
  case needsListKind(document: Mark)
}

/// Documents and lists: finds the objects and hands each to the decoder of its kind.
extension ObjectDecoder where Reader: ~Copyable {
  /// Lists inside lists that are opened.
  private static var maximumListDepth: Int { 8 }

  /// Reads all documents of the input.
  ///
  /// - Parameter listIdentity: what was found out about the list in the first document, which gives its kind at its end.
  mutating func readDocuments(listIdentity: ObjectIdentity?) -> InputEnd {
    var known = listIdentity
    var document = Mark.start
    defer { noteDefaultNamespace() }
    do throws(SyntaxProblem) {
      while try reader.nextDocument() {
        document = reader.mark
        beginObject()
        try readObject(inheriting: nil, listIdentity: known, listDepth: 0)
        known = nil
      }
      return .complete
    } catch {
      if needsListKind {
        pending.removeAll()
        return .needsListKind(document: document)
      }
      reportSyntax(error)
      return .syntaxProblem(error)
    }
  }

  /// Finds out the identity of the list in the first document, and reads nothing else.
  mutating func surveyList() -> ObjectIdentity {
    var identity = ObjectIdentity()
    // A syntax problem is reported when the document is read for good.
    try? survey(&identity)
    pending.removeAll()
    return identity
  }

  private mutating func survey(_ identity: inout ObjectIdentity) throws(SyntaxProblem) {
    guard try reader.nextDocument(), try reader.nextShape() == .mapping else { return }
    try reader.enterMapping()
    while try reader.nextKey() {
      switch reader.text {
      case "kind": identity.kind = try readText()
      case "apiVersion": identity.apiVersion = try readText()
      default: try reader.skipValue()
      }
    }
  }

  private mutating func beginObject() {
    objectMark = reader.mark
    objectPathStart = path.count
    header = ObjectHeader()
    reader.forgetWhatIsRead()
  }

  private mutating func reportSyntax(_ problem: SyntaxProblem) {
    let object = problem.concernsField ? objectName : "-"
    let finding = Finding(
      kind: problem.kind, object: object, field: problem.concernsField ? fieldPath() : "-",
      message: problem.message, consequence: "the rest of the document is left out",
      location: SourceLocation(file: file, line: problem.line, column: problem.column))
    // What was found in the value read last may come from the same mistake, read in another way.
    pending.removeAll { $0.progress >= reader.progress }
    settleFindings(object: objectName)
    records.add(finding)
    path.removeAll()
    objectPathStart = 0
  }

  /// `KIND NAMESPACE/NAME` of the object being read, as far as it has been read.
  var objectName: String {
    guard let kind = header.kind else { return "-" }
    let name = header.name.isEmpty ? "-" : header.name
    guard header.type?.isNamespaced ?? !header.namespace.isEmpty else { return "\(kind) \(name)" }
    return "\(kind) \(header.namespace.isEmpty ? defaultNamespace : header.namespace)/\(name)"
  }

  /// Reads the object that is the next value: one that is known, a list of them, or one to pass over.
  private mutating func readObject(
    inheriting inherited: InheritedType?, listIdentity: ObjectIdentity?, listDepth: Int
  ) throws(SyntaxProblem) {
    guard try reader.nextShape() == .mapping else { return try reportNoObject(listDepth) }
    try reader.enterMapping()
    var identity = try readIdentity()
    if identity.kind == nil, identity.apiVersion == nil, !identity.isMalformed {
      if let inherited {
        identity.kind = inherited.kind
        identity.apiVersion = inherited.apiVersion
      } else if listDepth > 0, isFirstItemOfUnknownList, !identity.isList {
        needsListKind = true
        throw SyntaxProblem(line: 1, column: 1, message: "the kind of the list is needed")
      }
    }
    header.kind = identity.kind
    if let listIdentity, identity.isList {
      identity.kind = listIdentity.kind
      identity.apiVersion = listIdentity.apiVersion
      identity.isSurveyed = true
    }
    if identity.isList { return try readList(identity, listDepth) }
    if let apiVersion = identity.apiVersion, let kind = identity.kind,
      case .list = TypeResolution(apiVersion: apiVersion, kind: kind)
    {
      return try readList(identity, listDepth)
    }
    objectCount += 1
    switch resolve(identity) {
    case .read(let type, let contributes):
      header.type = type
      header.contributes = contributes
      if !identity.hasEnded { try decode(type, seen: identity.seen) }
    case .fragment: try readFragment(identity)
    case .passOver:
      while !identity.hasEnded, try reader.nextKey() { try reader.skipValue() }
    }
    settleFindings(object: objectName)
  }

  /// The next value is no mapping, where an object is expected; an empty document is no mistake.
  private mutating func reportNoObject(_ listDepth: Int) throws(SyntaxProblem) {
    let isList = try reader.nextShape() == .sequence
    if isList {
      try reader.skipValue()
    } else if try reader.readScalar() == .null {
      return
    }
    let message =
      listDepth > 0
      ? "an item of a list must be an object with apiVersion and kind"
      : isList
        ? "an object is expected, not a list; begin it with `apiVersion:` without the `-`, or put the list under "
          + "`items:` of a `kind: List`"
        : "an object is expected, not \(quotedScalar); begin it with `apiVersion:` and `kind:`"
    report(.wrongType, message)
    settleFindings(object: "-")
  }

  // MARK: Lists

  private mutating func readList(
    _ known: ObjectIdentity, _ listDepth: Int
  ) throws(SyntaxProblem) {
    var identity = known
    try readFields(ListField.table, seen: identity.seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion:
        if identity.apiVersion == nil, !identity.isMalformed {
          identity.apiVersion = try decoder.readText()
        } else {
          try decoder.reader.skipValue()
        }
      case .kind:
        if identity.kind == nil, !identity.isMalformed {
          identity.kind = try decoder.readText()
        } else {
          try decoder.reader.skipValue()
        }
      case .items:
        try decoder.readListItems(identity, isSurveyed: known.isSurveyed, listDepth)
      }
    }
    if identity.kind == nil, !identity.isMalformed {
      report(
        .missingField,
        "the list has no kind; kubectl prints it after the items, so the file may be cut off: make the dump again, "
          + "or add `kind: List`",
        field: "kind")
    } else if identity.apiVersion == nil, !identity.isMalformed {
      report(.missingField, "the list has no apiVersion; add `apiVersion: v1`", field: "apiVersion")
    }
    settleFindings(object: identity.kind.map { "\($0) -" } ?? "-")
  }

  private mutating func readListItems(
    _ identity: ObjectIdentity, isSurveyed: Bool, _ listDepth: Int
  ) throws(SyntaxProblem) {
    guard listDepth < Self.maximumListDepth else {
      report(.wrongType, "lists are nested more than \(Self.maximumListDepth) deep")
      return try reader.skipValue()
    }
    guard try enterSequence() == .entered else { return }
    var inherited: InheritedType?
    if let apiVersion = identity.apiVersion, let kind = identity.kind,
      case .list(let itemAPIVersion, let itemKind) = TypeResolution(
        apiVersion: apiVersion, kind: kind), !itemKind.isEmpty
    {
      inherited = InheritedType(apiVersion: itemAPIVersion, kind: itemKind)
    } else if let kind = identity.kind, kind.hasSuffix("List"), kind != "List" {
      inherited = InheritedType(
        apiVersion: identity.apiVersion ?? "", kind: String(kind.dropLast(4)))
    }
    // What is said about the list itself comes after its items; so does a syntax problem between two of them.
    settleFindings(object: objectName)
    let list = (mark: objectMark, pathStart: objectPathStart, header: header)
    try readItems { decoder, index throws(SyntaxProblem) in
      decoder.beginObject()
      // A list inside of a list is not looked through again.
      decoder.isFirstItemOfUnknownList =
        index == 0 && identity.kind == nil && !isSurveyed && listDepth == 0
        && decoder.looksForListKinds
      try decoder.readObject(inheriting: inherited, listIdentity: nil, listDepth: listDepth + 1)
      decoder.isFirstItemOfUnknownList = false
      decoder.objectMark = list.mark
      decoder.objectPathStart = list.pathStart
      decoder.header = list.header
    }
  }
}

private enum ListField: String, FieldName {
  case apiVersion, kind, items
  static let table = FieldTable<ListField>("a list", ignored: ["metadata"])
}
