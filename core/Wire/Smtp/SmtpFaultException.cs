namespace Cloud.Wire.Smtp;

/// <summary>Carries a failure from where it is seen to where it is told as a value; never leaves this folder.</summary>
sealed class SmtpFaultException(SmtpFailure failure) : Exception(failure.Reason)
{
    public SmtpFailure Failure { get; } = failure;
}
