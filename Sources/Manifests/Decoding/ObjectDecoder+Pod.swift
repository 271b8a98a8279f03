import ClusterModel
import NetworkTypes

extension ObjectDecoder where Reader: ~Copyable {
  mutating func decodePod(_ seen: UInt64) throws(SyntaxProblem) {
    var pod = Pod(namespace: "", name: "")
    var status = PodStatusRead()
    try readFields(PodField.table, seen: seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion, .kind: try decoder.reader.skipValue()
      case .metadata: try decoder.readMetadata()
      case .spec: try decoder.readPodSpec(&pod)
      case .status: try decoder.readPodStatus(&pod, &status)
      }
    }
    pod.name = header.name
    pod.namespace = header.namespace.isEmpty ? defaultNamespace : header.namespace
    pod.labels = header.labels
    pod.owner = header.owner
    pod.startTime = status.startTime ?? header.creationTime
    pod.deletionTime = header.deletionTime
    pod.ports = records.shared(pod.ports)
    pod.hostAddresses = records.shared(pod.hostAddresses)
    guard
      admit(
        count: records.pods.count,
        { records, index in
          pod.location = records.pods[index].location
          return records.pods[index] == pod
        })
    else { return }
    reportSharedAddress(pod, status)
    pod.location = location(objectMark)
    records.pods.append(pod)
  }

  /// Two running pods with one address (D8): which of them a flow belongs to cannot be told.
  private mutating func reportSharedAddress(_ pod: Pod, _ status: PodStatusRead) {
    guard pod.isEndpoint, pod.phase == .running else { return }
    for address in pod.addresses {
      guard let first = records.addressOwners[address] else {
        records.addressOwners[address] = records.pods.count
        continue
      }
      let owner = records.pods[first]
      path.append(PathStep(name: "status", mark: objectMark))
      report(
        .duplicateItem,
        "the address \(address) is the one of Pod \(owner.namespace)/\(owner.name), too, and both pods are running; "
          + "make the dump again",
        field: status.addressField, at: status.addressMark ?? objectMark, severity: .warning,
        consequence: "flows of \(address) are undecided", rules: ["N26", "D8"])
      path.removeLast()
    }
  }

  // MARK: Spec

  private mutating func readPodSpec(_ pod: inout Pod) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    try readFields(PodSpecField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .nodeName:
        let name = try decoder.readSharedText()
        pod.nodeName = name?.isEmpty == true ? nil : name
      case .hostNetwork: pod.isHostNetwork = try decoder.readBoolean() ?? false
      case .containers: try decoder.readContainers(&pod.ports, areInitContainers: false)
      case .initContainers: try decoder.readContainers(&pod.ports, areInitContainers: true)
      }
    }
  }

  /// Adds the ports of containers; those of init containers count if they keep running (N37).
  private mutating func readContainers(
    _ ports: inout [Pod.ContainerPort], areInitContainers: Bool
  ) throws(SyntaxProblem) {
    guard try enterSequence() == .entered else { return }
    try readItems { decoder, _ throws(SyntaxProblem) in
      guard try decoder.enterMapping() == .entered else { return }
      var own: [Pod.ContainerPort] = []
      var restartsAlways = false
      try decoder.readFields(ContainerField.table) { decoder, field throws(SyntaxProblem) in
        switch field {
        case .ports: try decoder.readContainerPorts(&own)
        case .restartPolicy: restartsAlways = try decoder.readSharedText() == "Always"
        }
      }
      if !areInitContainers || restartsAlways { ports += own }
    }
  }

  private mutating func readContainerPorts(
    _ ports: inout [Pod.ContainerPort]
  ) throws(SyntaxProblem) {
    guard try enterSequence() == .entered else { return }
    try readItems { decoder, _ throws(SyntaxProblem) in
      let first = decoder.pending.count
      defer { decoder.noteConsequence("the port is left out", since: first) }
      guard try decoder.enterMapping() == .entered else { return }
      var port = Pod.ContainerPort(number: 0)
      var hasNumber = false
      var isValid = true
      try decoder.readFields(ContainerPortField.table) { decoder, field throws(SyntaxProblem) in
        switch field {
        case .name:
          guard try decoder.readTextValue() == .text else { return }
          let number = decoder.reader.withText { decoder.records.interner.number(of: $0) }
          let name = decoder.records.interner[number]
          port.name = name.isEmpty ? nil : name
          if !name.isEmpty, let problem = decoder.records.nameProblems.portName(number, name) {
            decoder.report(
              .badName, Names.portNameFinding(name, problem), rules: ["N32"])
          }
        case .containerPort:
          hasNumber = true
          switch try decoder.readPortNumber("containerPort") {
          case .value(let number): port.number = UInt16(number)
          case .null: hasNumber = false
          case .wrongType: isValid = false
          }
        case .protocol:
          switch try decoder.readProtocol() {
          case .value(let value): port.ipProtocol = value
          case .null: break
          case .invalid: isValid = false
          }
        }
      }
      if !hasNumber {
        decoder.report(
          .missingField, "the port has no number; add `containerPort:`", field: "containerPort",
          consequence: "the port is left out")
      } else if isValid {
        ports.append(port)
      }
    }
  }

  /// A port number in its range; one outside is reported and given as of a wrong type.
  mutating func readPortNumber(_ name: String) throws(SyntaxProblem) -> NumberRead {
    let read = try readNumber()
    if case .value(let number) = read, !(1...65_535).contains(number) {
      report(
        .outOfRange, "\(name) \(reader.text.shortened) is not a port; it must be 1 to 65535",
        rules: ["N32"])
      return .wrongType
    }
    return read
  }
}

private enum PodField: String, FieldName {
  case apiVersion, kind, metadata, spec, status
  static let table = FieldTable<PodField>(
    "a Pod",
    nested: [
      .metadata: .mapping("labels", "name", "namespace", "annotations"),
      .spec: .mapping("containers", "nodeName", "hostNetwork"),
    ])
}

private enum PodSpecField: String, FieldName {
  case nodeName, hostNetwork, containers, initContainers
  static let table = FieldTable<PodSpecField>(
    "the spec of a Pod",
    ignored: [
      "volumes", "ephemeralContainers", "restartPolicy", "terminationGracePeriodSeconds",
      "activeDeadlineSeconds", "dnsPolicy", "nodeSelector", "serviceAccountName",
      "serviceAccount", "automountServiceAccountToken", "hostPID", "hostIPC",
      "shareProcessNamespace", "securityContext", "imagePullSecrets", "hostname", "subdomain",
      "affinity", "schedulerName", "tolerations", "hostAliases", "priorityClassName", "priority",
      "dnsConfig", "readinessGates", "runtimeClassName", "enableServiceLinks",
      "preemptionPolicy", "overhead", "topologySpreadConstraints", "setHostnameAsFQDN", "os",
      "hostUsers", "schedulingGates", "resourceClaims", "resources", "hostnameOverride",
      "workloadRef",
    ],
    nested: [.containers: .list("name", "image", "ports", "env")])
}

private enum ContainerField: String, FieldName {
  case ports, restartPolicy
  static let table = FieldTable<ContainerField>(
    "a container",
    ignored: [
      "name", "image", "command", "args", "workingDir", "envFrom", "env", "resources",
      "resizePolicy", "restartPolicyRules", "volumeMounts", "volumeDevices", "livenessProbe",
      "readinessProbe", "startupProbe", "lifecycle", "terminationMessagePath",
      "terminationMessagePolicy", "imagePullPolicy", "securityContext", "stdin", "stdinOnce",
      "tty", "targetContainerName",
    ],
    nested: [.ports: .list("containerPort", "protocol", "hostPort")])
}

private enum ContainerPortField: String, FieldName {
  case name, containerPort, `protocol`
  static let table = FieldTable<ContainerPortField>(
    "a port of a container", ignored: ["hostPort", "hostIP"],
    hints: ["port": "did you mean `containerPort`?"])
}
