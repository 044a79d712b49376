using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>A server under load.</summary>
interface IMailServer : IAsyncDisposable
{
    string Name { get; }

    IPEndPoint Smtp { get; }

    /// <summary>CPU seconds used so far, all its processes together.</summary>
    double CpuSeconds { get; }

    /// <summary>Waits until so many messages, in all, are in mailboxes.</summary>
    Task DeliveredAsync(int messages);
}
