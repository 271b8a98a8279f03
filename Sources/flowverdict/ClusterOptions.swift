import ArgumentParser
import ClusterModel

/// What every command that asks policies understands: the cluster, the policies, and how they are read.
struct ClusterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Dump of the cluster: files, folders (searched for .yaml, .yml and .json) or - for standard input. Policies in it \
      are in force, unless --policies is given.
      """, valueName: "path..."))
  var cluster: [String] = []

  @Option(
    help: ArgumentHelp(
      "The policies in force, in place of those in the dump.", valueName: "path..."))
  var policies: [String] = []

  @Option(
    help: ArgumentHelp(
      "The namespace of objects that name none, as kubectl apply has one.", valueName: "name"))
  var defaultNamespace = "default"

  @Flag(
    help: """
      Go on without the parts of policies that an API server would reject, and say which. Without it the run stops.
      """)
  var keepGoing = false

  @OptionGroup var profileOptions: ProfileOptions

  @Option(
    help: ArgumentHelp(
      "A table that `flowverdict compile` wrote, in place of --cluster and all that goes with it.",
      valueName: "file"))
  var table: String?

  func validate() throws {
    if table != nil {
      if hasManifestOptions {
        throw ValidationError(
          "--table stands alone: cluster, policies, profile and what was left out are in the table")
      }
      return
    }
    try StandardInput.requireSingleUse(cluster + policies)
  }

  /// For commands that cannot do without: called when they validate themselves.
  /// - Throws: `ValidationError` where neither a dump nor a table is given.
  func requireCluster() throws {
    if cluster.isEmpty, table == nil {
      throw ValidationError(
        "no cluster; give its dump with --cluster, as made by\n  kubectl get"
          + " namespaces,nodes,pods,services,endpointslices,networkpolicies -A -o yaml")
    }
  }

  /// Whether nothing was asked for that is not the default.
  var isEmpty: Bool { table == nil && !hasManifestOptions }

  private var hasManifestOptions: Bool {
    !cluster.isEmpty || !policies.isEmpty || keepGoing || defaultNamespace != "default"
      || !profileOptions.isEmpty
  }

  /// What verdicts rest on that a user could trip over; part of each command's help.
  static let assumptions = """
    What verdicts rest on:
      - A flow is judged at its first packet, by the policies given, as if they
        had been in force then.
      - Destination addresses and ports are those after Service translation. A
        flow that was seen only before it is judged against all ready endpoints;
        where they disagree it is undecided.
      - Traffic from a pod's own node (kubelet probes) is always allowed in.
        Traffic from a pod to its node is subject to policy.
      - A pod always reaches itself at its own address.
      - Pods on the host's network count as their node: no policy selects them,
        and as a peer only an ipBlock matches them.
      - Where implementations differ, upstream's tests are followed (--profile):
        an ipBlock matches pods too (--ipblock-matches-pods no: it does not).
      - Succeeded and Failed pods own no address. Two live pods with one address
        leave a flow undecided.
      - A pod that started after a packet did not send it: undecided, for the
        dump does not tell who did.
      - Isolation applies to every protocol. Rules with ports match TCP, UDP and
        SCTP only; rules without ports match every protocol.
      - Objects without metadata.namespace are in the namespace default
        (--default-namespace).
      - A namespace that no Namespace object describes has the one label
        kubernetes.io/metadata.name.
    """
}

/// Options that take several words: `--cluster a.yaml b.yaml`.
enum PathArguments {
  private static let options: Set<String> = ["--cluster", "--policies"]

  /// `arguments` with the option's name repeated before each further word that is a manifest or a folder.
  ///
  /// The first word after the option is its value whatever it looks like; the words after it are only where their name
  /// ends in .yaml, .yml or .json, or where they are folders. So captures and tables may stand before or after.
  static func expanded(_ arguments: [String], isFolder: (String) -> Bool) -> [String] {
    var result: [String] = []
    var option: String?
    var isFirst = false
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return result + arguments[index...] }
      if let current = option {
        if isFirst {
          isFirst = false
        } else if !argument.hasPrefix("-"), looksLikeManifests(argument, isFolder) {
          result.append(current)
        } else {
          option = nil
        }
      }
      if Self.options.contains(argument) {
        option = argument
        isFirst = true
      }
      result.append(argument)
    }
    return result
  }

  private static func looksLikeManifests(_ word: String, _ isFolder: (String) -> Bool) -> Bool {
    let name = word.lowercased()
    return [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } || isFolder(word)
  }
}
