using Cloud.Flow.Outbound;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Outbound;

public sealed class OutboundLogTests
{
    [Theory]
    [InlineData(RelayVerdict.Deferred, "450 4.2.1 <bob@there.test>: mailbox busy", "450 4.2.1", 5205)]
    [InlineData(RelayVerdict.Failed, "550 5.1.1 <bob@there.test>: no such user", "550 5.1.1", 5206)]
    [InlineData(RelayVerdict.Deferred, "The attempt for bob@there.test took too long", "4.2.1", 5205)]
    public async Task What_a_server_says_of_an_address_is_with_the_message_and_not_in_the_log(
        RelayVerdict verdict,
        string reply,
        string status,
        int id
    )
    {
        var world = await OutboundWorld.OpenAsync();
        var code = status[^5..];
        world.Relay.Answer = (_, to) => new(to.Number, verdict, code, reply) { Host = "mx.there.test" };
        var message = await world.SubmitAsync(TestBackend.Alice, "bob@there.test");
        await world.WorkAsync();
        var lines = new RecordingLogger();
        foreach (var result in world.Results)
            OutboundLog.Tell(lines, result);
        var (_, told, text) = Assert.Single(lines.Entries);
        Assert.Equal(id, told);
        Assert.Contains($"server mx.there.test: {status} (trace", text);
        Assert.DoesNotContain("bob", text);
        Assert.Equal(reply, (await world.ShowAsync(message)).Recipients[0].Reply);
    }
}
