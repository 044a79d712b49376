using System.Net;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Tests.Listener.Hosting.Abuse;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Hosting;

/// <summary>Behind a proxy that hides them, peers are nobody rather than all the same.</summary>
public sealed class ClientAddressTests
{
    [Theory]
    [InlineData(true, "too many")]
    [InlineData(false, "255.255.255.255")]
    public async Task Connections_are_counted_by_address_only_where_it_is_the_peers(bool trust, string answer)
    {
        var limits = Strangers.Limits(Strangers.Judged) with { ConnectionsPerAddress = 1, TrustClientAddress = trust };
        await using var listener = await TestListener.StartAsync([("who", new WhoFront(), false)], limits);
        await using var first = await ScriptConnection.OpenAsync(listener.Address());
        Assert.Equal(trust ? "127.0.0.1" : "255.255.255.255", await first.ReadLineAsync());
        await using var second = await ScriptConnection.OpenAsync(listener.Address());
        Assert.Equal(answer, await second.ReadLineAsync());
    }

    [Fact]
    public void Connections_are_still_counted_in_all()
    {
        var gate = new ConnectionGate(maxTotal: 2, maxPerAddress: 1);
        Assert.True(gate.TryEnter(ClientAddress.Unknown));
        Assert.True(gate.TryEnter(ClientAddress.Unknown));
        Assert.False(gate.TryEnter(ClientAddress.Unknown));
        gate.Leave(ClientAddress.Unknown);
        Assert.True(gate.TryEnter(ClientAddress.Unknown));
    }

    /// <summary>Tells a peer its address, and waits until it leaves.</summary>
    sealed class WhoFront : IFront
    {
        public ReadOnlyMemory<byte> TooManyConnections => "too many\r\n"u8.ToArray();

        public async Task RunAsync(Connection connection)
        {
            await connection.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{connection.Remote.Address}\r\n"));
            await connection.ReadAsync(TimeSpan.FromMinutes(1));
        }
    }
}
