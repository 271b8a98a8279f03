import ClusterModel

extension ObjectDecoder where Reader: ~Copyable {
  /// Reads the rest of an object whose type is known, and records it.
  ///
  /// - Parameter seen: the bits of `apiVersion` and `kind`, where they have been consumed.
  mutating func decode(_ type: ObjectType, seen: UInt64) throws(SyntaxProblem) {
    switch type {
    case .namespace: try decodeNamespace(seen)
    case .node: try decodeNode(seen)
    case .pod: try decodePod(seen)
    case .service: try decodeService(seen)
    case .endpoints: try decodeEndpoints(seen)
    case .endpointSlice: try decodeEndpointSlice(seen)
    case .networkPolicy: try decodeNetworkPolicy(seen)
    case .adminNetworkPolicy, .baselineAdminNetworkPolicy, .clusterNetworkPolicy:
      try decodeClusterPolicy(type, seen)
    }
  }

  /// Checks the name and the uniqueness of the object that was read; whether it goes into the model.
  ///
  /// - Parameters:
  ///   - count: how many objects of its type have been recorded: the index it would get.
  ///   - isSame: whether the object recorded under an index says the same as this one.
  mutating func admit(
    count: Int, _ isSame: (borrowing Records, Int) -> Bool
  ) -> Bool {
    guard let type = header.type else { return false }
    finishMetadata(type)
    guard header.contributes, !header.name.isEmpty else { return false }
    if type.isNamespaced, header.namespace.isEmpty {
      header.namespace = defaultNamespace
      defaultNamespaceCount += 1
      if firstDefaultNamespace == nil {
        firstDefaultNamespace = (objectName, location(objectMark))
      }
    }
    let key = Records.ObjectKey(type: type, namespace: header.namespace, name: header.name)
    guard let known = records.objects[key] else {
      records.objects[key] = Records.KnownObject(fileIndex: records.fileIndex, index: count)
      return true
    }
    reportDuplicateObject(
      type, isOtherFile: known.fileIndex != records.fileIndex,
      isSame: isSame(records, known.index))
    return false
  }

  private mutating func reportDuplicateObject(_ type: ObjectType, isOtherFile: Bool, isSame: Bool) {
    let severity: Finding.Severity =
      !isOtherFile ? .error : isSame ? .note : type.isPolicy ? .error : .warning
    let message =
      isOtherFile && isSame
      ? "\(objectName) is in another file too, word for word"
      : isOtherFile
        ? "another \(objectName) was read from a file before; give one of them only"
        : "another \(objectName) stands before this one; rename one or remove it"
    path.append(PathStep(name: "metadata", mark: header.nameMark ?? objectMark))
    report(
      .duplicateObject, message, field: "name", at: header.nameMark ?? objectMark,
      severity: severity,
      consequence: isSame ? nil : "the first one is used, this one is left out")
    path.removeLast()
  }
}
