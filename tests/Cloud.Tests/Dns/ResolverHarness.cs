using Cloud.Dns;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Dns;

/// <summary>Resolvers on a clock that stands still until a test moves it.</summary>
public abstract class ResolverHarness : IAsyncLifetime
{
    readonly List<Resolver> resolvers = [];

    protected ManualClock Clock { get; } = new();

    private protected RecordingLogger Logged { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var resolver in resolvers)
            await resolver.DisposeAsync();
    }

    private protected Resolver Resolver(FakeNameServer server, bool trusted = false) =>
        Resolver(new DnsSettings { Servers = [server.Address], TrustAuthenticated = trusted });

    private protected Resolver Resolver(params FakeNameServer[] servers) =>
        Resolver(new DnsSettings { Servers = [.. servers.Select(server => server.Address)] });

    protected Resolver Resolver(DnsSettings settings)
    {
        var resolver = new Resolver(settings, Clock, new SeededEntropy(7), Logged);
        resolvers.Add(resolver);
        return resolver;
    }

    /// <summary>Asks; a test that would hang fails instead.</summary>
    protected static Task<DnsAnswer> AskAsync(
        IResolver resolver,
        string name,
        RecordType type = RecordType.A,
        CancellationToken cancel = default
    ) => resolver.QueryAsync(DnsName.Parse(name), type, cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), cancel);
}
