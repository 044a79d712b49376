using Cloud.Flow.Trace;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Hooks;

namespace Cloud.Tests.Flow.Trace;

/// <summary>Which applications were told of a message is part of its trace, for those whose message it is.</summary>
public sealed class HookTraceTests
{
    [Fact]
    public async Task Each_try_to_tell_an_endpoint_is_told_to_whom_the_message_is_for()
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url);
        var id = world.Test.NewTransaction();
        var message = await world.Test.UploadAsync(id, HookWorld.Text);
        var request = TestBackend.Request(id, message, TestBackend.Alice, TestBackend.Bob);
        await world.Test.Gateway.ReceiveAsync(request, default);
        await world.WorkAsync();
        Assert.Equal(2, receiver.TakeAll().Count);

        Assert.Equal(2, await CountAsync(TraceScope.Operator));
        Assert.Equal(1, await CountAsync(TraceScope.User(TestBackend.Alice)));

        async Task<int> CountAsync(TraceScope scope)
        {
            var report = await world.Test.Backend.Traces.ShowAsync(id, scope, default);
            var told = report!.Steps.Where(step => step.Kind == TraceKind.Hook).ToList();
            Assert.All(told, step => Assert.Matches("^Received \\(evt_[0-9a-f]{27}\\) to 127.0.0.1: 2[0-9]{2}, after", step.Text));
            return told.Count;
        }
    }
}
