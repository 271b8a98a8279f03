import ClusterModel

extension ObjectDecoder where Reader: ~Copyable {
  mutating func decodeNamespace(_ seen: UInt64) throws(SyntaxProblem) {
    try readFields(NamespaceField.table, seen: seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion, .kind: try decoder.reader.skipValue()
      case .metadata: try decoder.readMetadata()
      }
    }
    // The labels as the namespace will have them.
    let labels = Namespace(name: header.name, labels: header.labels).labels
    guard admit(count: records.namespaces.count, { $0.namespaces[$1].labels == labels })
    else { return }
    if let label = header.labels[Namespace.nameLabel], label != header.name {
      path.append(PathStep(name: "metadata", mark: objectMark))
      path.append(PathStep(name: "labels", mark: objectMark))
      report(
        .otherName,
        "the label says `\(label.shortened)` and the namespace's name is `\(header.name.shortened)`; the control "
          + "plane sets this label to the name",
        field: Namespace.nameLabel, at: header.nameLabelMark ?? objectMark,
        consequence: "the name is used", rules: ["D11", "N22"])
      path.removeLast(2)
    }
    records.namespaces.append(
      Namespace(name: header.name, labels: header.labels, location: location(objectMark)))
  }
}

private enum NamespaceField: String, FieldName {
  case apiVersion, kind, metadata
  static let table = FieldTable<NamespaceField>("a Namespace", ignored: ["spec", "status"])
}
