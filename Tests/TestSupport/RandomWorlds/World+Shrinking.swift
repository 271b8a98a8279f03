import ClusterModel

extension World {
  /// The smallest world that can be reached by leaving out one part at a time while `fails` still holds.
  ///
  /// - Precondition: `fails(self)`.
  public func shrunk(while fails: (World) -> Bool) -> World {
    var smallest = self
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      for candidate in smallest.reductions where fails(candidate) {
        smallest = candidate
        isSmaller = true
        break
      }
    }
    return smallest
  }

  /// Every world with one part less, or with one flag as in the default profile; large parts first.
  private var reductions: [World] {
    var worlds: [World] = []
    func add<Element>(without path: WritableKeyPath<World, [Element]>) {
      for index in self[keyPath: path].indices {
        var world = self
        world[keyPath: path].remove(at: index)
        worlds.append(world)
      }
    }
    add(without: \.policies.clusterPolicies)
    add(without: \.policies.networkPolicies)
    add(without: \.snapshot.pods)
    add(without: \.snapshot.nodes)
    add(without: \.snapshot.namespaces)
    if connections.count > 1 { add(without: \.connections) }
    for name in domainNames.keys.sorted() {
      var world = self
      world.domainNames[name] = nil
      worlds.append(world)
    }
    for flag in Profile.flags
    where profile[keyPath: flag.keyPath] != Profile.upstream[keyPath: flag.keyPath] {
      var world = self
      world.profile[keyPath: flag.keyPath].toggle()
      worlds.append(world)
    }
    for index in policies.networkPolicies.indices {
      for path in [\NetworkPolicy.ingress, \NetworkPolicy.egress] {
        for rules in Self.reductions(
          of: policies.networkPolicies[index][keyPath: path], peers: \.peers, ports: \.ports)
        {
          var world = self
          world.policies.networkPolicies[index][keyPath: path] = rules
          worlds.append(world)
        }
      }
    }
    for index in policies.clusterPolicies.indices {
      for path in [\ClusterPolicy.ingress, \ClusterPolicy.egress] {
        for rules in Self.reductions(of: policies.clusterPolicies[index][keyPath: path]) {
          var world = self
          world.policies.clusterPolicies[index][keyPath: path] = rules
          worlds.append(world)
        }
      }
    }
    for index in snapshot.pods.indices {
      for pod in Self.reductions(of: snapshot.pods[index]) {
        var world = self
        world.snapshot.pods[index] = pod
        worlds.append(world)
      }
    }
    return worlds
  }

  /// Rules with one rule, peer or port less; the last of a list becomes no list at all.
  private static func reductions(
    of rules: [NetworkPolicy.Rule],
    peers: WritableKeyPath<NetworkPolicy.Rule, [NetworkPolicy.Peer]?>,
    ports: WritableKeyPath<NetworkPolicy.Rule, [PortMatch]?>
  ) -> [[NetworkPolicy.Rule]] {
    rules.indices.flatMap { index in
      [removing(index, from: rules)]
        + (without(rules[index].peers).map { list in
          replacing(index, in: rules) { $0[keyPath: peers] = list }
        })
        + (without(rules[index].ports).map { list in
          replacing(index, in: rules) { $0[keyPath: ports] = list }
        })
    }
  }

  private static func reductions(of rules: [ClusterPolicy.Rule]) -> [[ClusterPolicy.Rule]] {
    rules.indices.flatMap { index in
      [removing(index, from: rules)]
        + (rules[index].peers.count > 1
          ? rules[index].peers.indices.map { peer in
            replacing(index, in: rules) { $0.peers.remove(at: peer) }
          } : [])
        + (without(rules[index].ports).map { list in
          replacing(index, in: rules) { $0.ports = list }
        })
    }
  }

  private static func reductions(of pod: Pod) -> [Pod] {
    pod.addresses.indices.map { index in
      var pod = pod
      pod.addresses.remove(at: index)
      return pod
    }
      + pod.ports.indices.map { index in
        var pod = pod
        pod.ports.remove(at: index)
        return pod
      }
      + pod.hostAddresses.indices.map { index in
        var pod = pod
        pod.hostAddresses.remove(at: index)
        return pod
      }
      + pod.labels.map { label in
        var pod = pod
        pod.labels = Labels(
          Dictionary(
            uniqueKeysWithValues: pod.labels.filter { $0.key != label.key }
              .map { ($0.key, $0.value) }))
        return pod
      }
  }

  private static func without<Element>(_ list: [Element]?) -> [[Element]?] {
    guard let list else { return [] }
    return list.count == 1 ? [nil] : list.indices.map { removing($0, from: list) }
  }

  private static func removing<Element>(_ index: Int, from list: [Element]) -> [Element] {
    var list = list
    list.remove(at: index)
    return list
  }

  private static func replacing<Element>(
    _ index: Int, in list: [Element], _ change: (inout Element) -> Void
  ) -> [Element] {
    var list = list
    change(&list[index])
    return list
  }
}
