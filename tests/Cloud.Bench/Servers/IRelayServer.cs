using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>A server that takes mail of its users and sends it on.</summary>
interface IRelayServer : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Where users hand over mail, under TLS from the first octet.</summary>
    IPEndPoint Submissions { get; }

    /// <summary>What AUTH PLAIN is told; null where nobody has to log in.</summary>
    string? Login { get; }

    /// <summary>The processes that are, with their descendants, all of the server.</summary>
    IReadOnlyList<int> Processes { get; }
}
