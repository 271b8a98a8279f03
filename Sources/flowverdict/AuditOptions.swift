import ArgumentParser
import FlowAudit

/// `denied`, or `denied,unenforced`.
struct FindingKinds: ExpressibleByArgument {
  var kinds: [FindingKind]

  init?(argument: String) {
    kinds = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      // Text calls flows without a pod of the cluster "outside".
      let name = word == "outside" ? FindingKind.notEvaluated.rawValue : String(word)
      guard let kind = FindingKind(rawValue: name) else { return nil }
      kinds.append(kind)
    }
  }

  static let names = FindingKind.allCases.map(\.rawValue).joined(separator: ", ")
}

extension SortKey: ExpressibleByArgument {}
extension Aggregation: ExpressibleByArgument {}

/// Which part of an audit is shown, in which order, and what makes it fail.
struct AuditOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Show such flows only: \(FindingKinds.names). Repeat it, or separate with commas.",
      valueName: "kind"))
  var only: [FindingKinds] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Show flows with an end, or a Service, in this namespace only. Repeat it for several.",
      valueName: "name"))
  var namespace: [String] = []

  @Option(
    help: ArgumentHelp(
      "Order of the lines; by default text by verdict, machine forms by time.",
      valueName: "key"))
  var sort: SortKey?

  @Option(help: ArgumentHelp("At most so many lines.", valueName: "number"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      """
      How text and wide put flows together; json, ndjson and csv hold every flow.
      """, valueName: "level"))
  var aggregate: Aggregation = .pod

  @Option(
    help: ArgumentHelp(
      """
      Exit with 1 where there is such a flow (in the namespaces of --namespace): the same words as --only. Repeat it, or \
      separate with commas.
      """, valueName: "kind"))
  var failOn: [FindingKinds] = []

  @Flag(
    help:
      "Check every verdict against the slow rule-by-rule evaluator; a difference ends the run with 2."
  )
  var verify = false

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit cannot be negative") }
  }

  var selection: RecordSelection {
    RecordSelection(kinds: Set(only.flatMap(\.kinds)), namespaces: Set(namespace))
  }

  /// What `--fail-on` counts over: all kinds in the namespaces asked for.
  var gate: RecordSelection { RecordSelection(namespaces: Set(namespace)) }

  var failingKinds: [FindingKind] { failOn.flatMap(\.kinds) }

  /// Whether `--only` or `--fail-on` names the kind.
  func namesKind(_ kind: FindingKind) -> Bool {
    (only + failOn).contains { $0.kinds.contains(kind) }
  }
}
