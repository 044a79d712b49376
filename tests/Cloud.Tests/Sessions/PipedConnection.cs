using System.IO.Pipelines;
using Cloud.Listener.Hosting;
using Microsoft.AspNetCore.Connections;

namespace Cloud.Tests.Sessions;

/// <summary>A connection without a socket: a test is the peer, and sees what was sent as soon as it was.</summary>
sealed class PipedConnection : IDuplexPipe
{
    readonly Pipe toServer = new();
    readonly Pipe toPeer = new();

    public PipedConnection(TimeProvider time) => Server = new(new DefaultConnectionContext("piped", this, this), time);

    public Connection Server { get; }

    /// <summary>Where the peer writes.</summary>
    public PipeWriter Send => toServer.Writer;

    /// <summary>Where the peer reads.</summary>
    public PipeReader Receive => toPeer.Reader;

    PipeReader IDuplexPipe.Input => toServer.Reader;

    PipeWriter IDuplexPipe.Output => toPeer.Writer;
}
