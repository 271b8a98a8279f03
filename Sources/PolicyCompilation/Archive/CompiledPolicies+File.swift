import ClusterModel
import LookupTable
import NetworkTypes

/// The part of a table file that names rules and owners: the model, and where the table's numbers point in it.
private struct NamesArchive {
  /// Counted up whenever the archive's form changes.
  static let revision: UInt64 = 2

  var snapshot: ClusterSnapshot
  var policies: PolicySet
  var profile: Profile
  var leftOut: [String]
  var domainNames: [String: [IPAddress]]
  var entries: [PolicyEntry]
  var rules: [DecisionNaming.RulePlace]
  var rows: [Direction: [[UInt32]]]

  func bytes() -> [UInt8] {
    var archive = ArchiveWriter()
    archive.write(Self.revision)
    archive.write(snapshot)
    archive.write(policies)
    archive.write(profile)
    archive.write(leftOut)
    archive.write(UInt64(domainNames.count))
    for (name, addresses) in domainNames.sorted(by: { $0.key < $1.key }) {
      archive.write(name)
      archive.write(addresses)
    }
    archive.write(UInt64(entries.count))
    for entry in entries {
      switch entry.source {
      case .removed: archive.write(0)
      case .network(let index): archive.write(UInt64(index) << 1 + 2)
      case .cluster(let index): archive.write(UInt64(index) << 1 + 3)
      }
    }
    archive.write(UInt64(rules.count))
    for rule in rules {
      archive.write(UInt64(rule.entry))
      archive.write(UInt64(rule.ruleIndex) << 1 | (rule.direction == .ingress ? 0 : 1))
    }
    for direction in Direction.allCases {
      let list = rows[direction] ?? []
      archive.write(UInt64(list.count))
      for row in list {
        archive.write(UInt64(row.count))
        for number in row { archive.write(UInt64(number)) }
      }
    }
    return archive.bytes
  }
}

extension CompiledPolicies {
  /// Writes table and model to a file that ``init(contentsOfFile:)`` reads.
  ///
  /// - Throws: ``TableError`` with the system's reason.
  public func write(toFile path: String) throws(TableError) {
    func rows(_ signatures: RowSignatures) -> [[UInt32]] {
      (0..<UInt32(signatures.rows.count)).map { Array(signatures.rows[$0]) }
    }
    let names = NamesArchive(
      snapshot: snapshot, policies: policies, profile: profile, leftOut: leftOut,
      domainNames: domainNames, entries: naming.entries, rules: naming.rules,
      rows: [.ingress: rows(naming.rowsIngress), .egress: rows(naming.rowsEgress)])
    try table.write(toFile: path, names: names.bytes())
  }

  /// Maps a table file and reads the model in it.
  ///
  /// - Throws: ``TableError`` for a file that cannot be read, is cut off, damaged, of another version, or hostile.
  /// - Complexity: linear in the file's bytes.
  public init(contentsOfFile path: String) throws(TableError) {
    let table = try DecisionTable(contentsOfFile: path)
    do {
      try self.init(table)
    } catch {
      throw TableError(
        .corrupt,
        "\(path): the model in the table is corrupt at byte \(error.offset): \(error.message)")
    }
  }

  private init(_ table: DecisionTable) throws(ArchiveError) {
    var archive = unsafe ArchiveReader([UInt8](table.names))
    guard try archive.number() == NamesArchive.revision else {
      throw archive.failure("it has another form; compile the table again")
    }
    let snapshot: ClusterSnapshot = try archive.value()
    let policies: PolicySet = try archive.value()
    let profile: Profile = try archive.value()
    let leftOut: [String] = try archive.list()
    var domainNames: [String: [IPAddress]] = [:]
    for _ in 0..<(try archive.count()) {
      let name = try archive.string()
      domainNames[name] = try archive.list()
    }
    let entries = try Self.entries(&archive, policies)
    let rules = try Self.rules(&archive, entries, policies)
    let rowsIngress = try RowSignatures(&archive, .ingress, entryCount: entries.count)
    let rowsEgress = try RowSignatures(&archive, .egress, entryCount: entries.count)
    let nodes = NodeIndex(snapshot.nodes, snapshot.pods.span)
    guard archive.isAtEnd, rules.count == table.shape.ruleCount,
      rowsIngress.rows.count == table.shape.ingressRowCount,
      rowsEgress.rows.count == table.shape.egressRowCount,
      snapshot.pods.count == table.podCount
    else {
      throw archive.failure("it does not belong to the table")
    }
    self.init(
      table: table, snapshot: snapshot, policies: policies, profile: profile, leftOut: leftOut,
      domainNames: domainNames,
      naming: DecisionNaming(
        entries: entries, rules: rules, rowsIngress: rowsIngress, rowsEgress: rowsEgress,
        nodeLabels: nodes.labels,
        snapshot: snapshot, policies: policies))
  }

  private static func entries(
    _ archive: inout ArchiveReader, _ policies: PolicySet
  ) throws(ArchiveError) -> [PolicyEntry] {
    var entries: [PolicyEntry] = []
    for _ in 0..<(try archive.count()) {
      let coded = try archive.number(as: UInt32.self)
      if coded == 0 {
        entries.append(PolicyEntry(source: .removed, tier: .networkPolicy, priority: 0))
        continue
      }
      guard coded >= 2 else { throw archive.failure("a policy that is not there") }
      let index = Int(coded >> 1) - 1
      if coded & 1 == 0 {
        guard index < policies.networkPolicies.count else {
          throw archive.failure("a policy that is not there")
        }
        entries.append(
          PolicyEntry(source: .network(index), tier: .networkPolicy, priority: 0))
      } else {
        guard index < policies.clusterPolicies.count else {
          throw archive.failure("a policy that is not there")
        }
        let policy = policies.clusterPolicies[index]
        entries.append(
          PolicyEntry(source: .cluster(index), tier: policy.tier, priority: policy.priority))
      }
    }
    return entries
  }

  private static func rules(
    _ archive: inout ArchiveReader, _ entries: [PolicyEntry], _ policies: PolicySet
  ) throws(ArchiveError) -> [DecisionNaming.RulePlace] {
    var rules: [DecisionNaming.RulePlace] = []
    for _ in 0..<(try archive.count()) {
      let entry = try archive.number(as: UInt32.self)
      let coded = try archive.number(as: UInt32.self)
      let ruleIndex = coded >> 1
      let direction: Direction = coded & 1 == 0 ? .ingress : .egress
      guard Int(entry) < entries.count else { throw archive.failure("a rule without policy") }
      let count =
        switch entries[Int(entry)].source {
        case .network(let index): policies.networkPolicies[index].rules(direction).count
        case .cluster(let index): policies.clusterPolicies[index].rules(direction).count
        // Never named.
        case .removed: Int.max
        }
      guard Int(ruleIndex) < count else { throw archive.failure("a rule that is not there") }
      rules.append(
        DecisionNaming.RulePlace(entry: entry, ruleIndex: ruleIndex, direction: direction))
    }
    return rules
  }
}

extension RowSignatures {
  /// Reads the rows that ``NamesArchive`` wrote.
  init(
    _ archive: inout ArchiveReader, _ direction: Direction, entryCount: Int
  ) throws(ArchiveError) {
    var rows = ListInterner()
    for number in 0..<(try archive.count()) {
      var row: [UInt32] = []
      for _ in 0..<(try archive.count()) { row.append(try archive.number(as: UInt32.self)) }
      guard row.count >= 2, row.dropFirst(2).allSatisfy({ Int($0) < entryCount }) else {
        throw archive.failure("a row that names no policies")
      }
      guard Int(rows.intern(row)) == number else { throw archive.failure("a row twice") }
    }
    self.init(rows: rows, direction: direction)
  }
}
