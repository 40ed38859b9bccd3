// One server or several on the same database, seen as one: calls go to each in turn.
export class Fleet {
  /** @param backends by name; `postgres`, `redis` */
  constructor(nodes, backends) {
    this.nodes = nodes
    this.backends = backends
    this.url = nodes[0].url
    this.port = nodes[0].port
    this.ports = nodes.map(({ port }) => port)
  }

  /** The first server as if it were the only one: the others are there, and idle. */
  firstAlone() {
    return new Fleet(this.nodes.slice(0, 1), this.backends)
  }

  cpuMs() {
    return this.nodes.reduce((sum, node) => sum + node.cpuMs(), 0)
  }

  rssMb() {
    return this.nodes.reduce((sum, node) => sum + node.rssMb(), 0)
  }

  get output() {
    return this.nodes[0].output
  }

  signal(name) {
    this.nodes[0].signal(name)
  }

  async stop() {
    await Promise.all(this.nodes.map((node) => node.stop()))
    await Promise.all(Object.values(this.backends).map((backend) => backend.stop()))
  }
}
