using Cloud.Api.Gateway;
using Cloud.Flow.Hooks;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Hooks;

/// <summary>Whoever writes to us chooses how long an event is: it is cut, and mail comes all the same.</summary>
public sealed class EventSizeTests
{
    [Theory]
    [InlineData("+", 235)]
    [InlineData("\U0001F4E7", 58)]
    public async Task Mail_to_fifty_long_addresses_is_filed_and_told(string sign, int times)
    {
        await using var receiver = new HookReceiver();
        await using var world = await HookWorld.OpenAsync();
        await world.AddAsync(receiver.Url, MailEventKind.Received);
        await world.Test.Backend.Hooks.Routes.AddAsync("*@example.test", 7, default);
        var local = string.Concat(Enumerable.Repeat(sign, times));
        var recipients = Enumerable.Range(10, 50).Select(number => $"{number}{local}@example.test").ToArray();
        var subject = string.Concat(Enumerable.Repeat("\U0001F4E7", 400));
        var text = HookWorld.Text.Replace("An order", subject, StringComparison.Ordinal);

        Assert.Equal(ReceiveStatus.Accepted, (await world.Test.ReceiveAsync(text, recipients)).Status);
        await world.WorkAsync();

        var told = Assert.Single(receiver.TakeAll()).Data;
        Assert.Equal(50, told.GetProperty("envelope").GetProperty("recipients").GetInt32());
    }

    [Theory]
    [InlineData('\u0001')]
    [InlineData('"')]
    [InlineData('\u20ac')]
    public void An_event_fits_into_a_message_of_the_queue_whatever_is_in_it(char sign)
    {
        var text = new string(sign, MailEvent.MaxText);
        var whole = new MailEvent(new('0', 27), MailEventKind.Received, 1, "example.test")
        {
            From = text,
            To = [.. Enumerable.Repeat(text, MailEvent.MaxAddresses)],
            Recipients = MailEvent.MaxAddresses,
            Subject = text,
            Reply = text,
            Author = text,
            MessageId = text,
            Host = text,
            Rules = [.. Enumerable.Repeat(new EventRule(text, 1), MailEvent.MaxRules)],
            Tags = [.. Enumerable.Repeat(text, 50)],
            Hooks = [.. Enumerable.Repeat("wh_0123456789abcdef", Hook.MaxOfEvent)],
        };
        var body = HookPacking.Pack(new HookTask(whole));
        Assert.InRange(body.Length, 1, QueueLimits.BodyBytes);
        var told = HookTask.Parse(body)!.Event!;
        Assert.Equal((whole.Id, whole.Recipients), (told.Id, told.Recipients));
        Assert.Equal(whole.Hooks, told.Hooks);
        Assert.StartsWith(told.Subject!, whole.Subject);
    }

    [Fact]
    public void Of_many_addresses_the_first_stay()
    {
        var address = new string('\u20ac', 500);
        var whole = new MailEvent(new('0', 27), MailEventKind.Received, 1, "example.test")
        {
            To = [.. Enumerable.Range(0, MailEvent.MaxAddresses).Select(number => $"{number}{address}")],
            Recipients = MailEvent.MaxAddresses,
            Subject = "An order",
        };
        var told = HookTask.Parse(HookPacking.Pack(new HookTask(whole)))!.Event!;
        Assert.Equal(whole.To.Take(25), told.To);
        Assert.Equal("An order", told.Subject);
    }
}
