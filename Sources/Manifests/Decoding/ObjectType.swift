/// The kinds of objects that are read, each in one version of the API.
enum ObjectType: String, CaseIterable, Sendable {
  case namespace = "Namespace"
  case node = "Node"
  case pod = "Pod"
  case service = "Service"
  case endpoints = "Endpoints"
  case endpointSlice = "EndpointSlice"
  case networkPolicy = "NetworkPolicy"
  case adminNetworkPolicy = "AdminNetworkPolicy"
  case baselineAdminNetworkPolicy = "BaselineAdminNetworkPolicy"
  case clusterNetworkPolicy = "ClusterNetworkPolicy"

  var group: String {
    switch self {
    case .namespace, .node, .pod, .service, .endpoints: ""
    case .endpointSlice: "discovery.k8s.io"
    case .networkPolicy: "networking.k8s.io"
    case .adminNetworkPolicy, .baselineAdminNetworkPolicy, .clusterNetworkPolicy:
      "policy.networking.k8s.io"
    }
  }

  var version: String {
    switch self {
    case .adminNetworkPolicy, .baselineAdminNetworkPolicy: "v1alpha1"
    case .clusterNetworkPolicy: "v1alpha2"
    default: "v1"
    }
  }

  var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  var isNamespaced: Bool {
    switch self {
    case .pod, .service, .endpoints, .endpointSlice, .networkPolicy: true
    default: false
    }
  }

  var isPolicy: Bool {
    switch self {
    case .networkPolicy, .adminNetworkPolicy, .baselineAdminNetworkPolicy, .clusterNetworkPolicy:
      true
    default: false
    }
  }
}

/// What an apiVersion and a kind stand for.
enum TypeResolution {
  case object(ObjectType)
  /// A list; its items are of this type where they do not say otherwise.
  case list(itemAPIVersion: String, itemKind: String)
  /// A kind that no verdict depends on.
  case ignored
  /// A finding about `kind`; the object is checked as if it were of the type that was probably meant.
  case unknownKind(String, meant: ObjectType?)
  /// A finding about `apiVersion`.
  case unknownVersion(String, meant: ObjectType)

  init(apiVersion: String, kind: String) {
    let parts = apiVersion.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let group = parts.count == 2 ? String(parts[0]) : ""
    let version = String(parts[parts.count - 1])
    if kind == "List" {
      self = .list(itemAPIVersion: "", itemKind: "")
      return
    }
    if let type = ObjectType(rawValue: kind) {
      self = Self.known(type, apiVersion: apiVersion, group: group, version: version)
      return
    }
    if kind.hasSuffix("List"), let item = ObjectType(rawValue: String(kind.dropLast(4))),
      item.apiVersion == apiVersion
    {
      self = .list(itemAPIVersion: apiVersion, itemKind: item.rawValue)
      return
    }
    self = Self.other(apiVersion: apiVersion, kind: kind, group: group)
  }

  /// A kind that is not read: passed over, unless it is a slip of one that is.
  private static func other(apiVersion: String, kind: String, group: String) -> TypeResolution {
    if otherKinds.contains(kind) || isForeign(group) { return .ignored }
    let here = ObjectType.allCases.filter { $0.apiVersion == apiVersion }.map(\.rawValue)
    if let meant = Spelling.nearest(to: kind, in: here) {
      return .unknownKind(
        "\(apiVersion) has no kind `\(kind.shortened)`; did you mean `\(meant)`?",
        meant: ObjectType(rawValue: meant))
    }
    let all = ObjectType.allCases.map(\.rawValue)
    if let meant = Spelling.nearest(to: kind, in: all).flatMap(ObjectType.init) {
      return .unknownKind(
        "\(apiVersion.shortened) has no kind `\(kind.shortened)`; did you mean `\(meant.rawValue)` of "
          + "\(meant.apiVersion)?",
        meant: meant)
    }
    if let meant = Spelling.nearest(to: kind, in: ["List"] + here.map { $0 + "List" }) {
      return .unknownKind(
        "\(apiVersion) has no kind `\(kind.shortened)`; did you mean `\(meant)`?", meant: nil)
    }
    return .ignored
  }

  /// Whether a group is of another project, whose kinds may have any names.
  private static func isForeign(_ group: String) -> Bool {
    group.contains(".") && !group.hasSuffix("k8s.io")
      && Spelling.nearest(to: group, in: Set(ObjectType.allCases.map(\.group))) == nil
  }

  private static func known(
    _ type: ObjectType, apiVersion: String, group: String, version: String
  ) -> TypeResolution {
    if type.apiVersion == apiVersion { return .object(type) }
    if group == type.group, type.group == "policy.networking.k8s.io",
      version == "v1alpha1" || version == "v1alpha2"
    {
      return .unknownKind(
        "\(type.rawValue) is a kind of \(type.apiVersion), not of \(version); set the apiVersion",
        meant: type)
    }
    // Other projects have kinds of the same names in groups of their own.
    if isForeign(group) { return .ignored }
    let removed =
      group == "extensions" && type == .networkPolicy
      ? "\(apiVersion) is no longer served; " : ""
    return .unknownVersion(
      "\(removed)\(type.rawValue) is a kind of \(type.apiVersion), not of `\(apiVersion.shortened)`; write "
        + "`apiVersion: \(type.apiVersion)`",
      meant: type)
  }

  /// Kinds whose names are near to one that is read, in the same versions.
  private static let otherKinds: Set<String> = [
    "PodTemplate", "NodeList", "ServiceAccount", "EndpointSliceList", "ServiceCIDR",
    "NodeProxyOptions",
  ]
}
